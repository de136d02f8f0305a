import type { SandboxDescription } from '../../src/sandbox/sandbox';
import { compiled } from './compiled';
import { programSettings } from './program';

/** Which segment is to be fetched and parsed. */
export interface SegmentFloorSettings {
  blueconic: SandboxDescription['blueconic'];
  /** Profiles in a page at most, as the product is set. */
  pageRows: number;
  /** Read first, unmeasured. */
  warmUpProfiles: number;
}

export interface SegmentFloorResult {
  profiles: number;
  pages: number;
  /** From the first question to the last page parsed. */
  ms: number;
  /** CPU time of all threads meanwhile. */
  cpuUs: number;
  /** CPU time of parsing one page, milliseconds, sorted. */
  parseMs: number[];
}

interface Page {
  profiles: unknown[];
  nextCursor?: string;
}

const { createHttpClient } =
  compiled<typeof import('../../src/http/createHttpClient')>('http/createHttpClient');
/** The product's own rule, so that both ask for the same pages. */
const { PageSize } = compiled<typeof import('../../src/blueconic/pageSize')>('blueconic/pageSize');
const { blueconic, pageRows, warmUpProfiles } = programSettings<SegmentFloorSettings>();
const http = createHttpClient();

async function accessToken(): Promise<string> {
  const { clientId, clientSecret } = blueconic;
  const { body } = await http.send({
    method: 'POST',
    url: `${blueconic.url}/rest/v2/oauth/token`,
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    body: `${new URLSearchParams({ grant_type: 'client_credentials', client_id: clientId, client_secret: clientSecret })}`,
  });
  return (JSON.parse(body.toString()) as { access_token: string }).access_token;
}

/** Fetches a page, parses it, fetches the next; nothing else. */
async function pass(token: string, most: number): Promise<SegmentFloorResult> {
  const size = new PageSize(pageRows);
  const headers = { authorization: `Bearer ${token}`, accept: 'application/json' };
  const cpu = process.cpuUsage();
  const started = performance.now();
  const parseMs: number[] = [];
  let [profiles, pages] = [0, 0];
  for (let cursor: string | undefined = '*'; cursor !== undefined && profiles < most; pages++) {
    const query = new URLSearchParams({ cursor, count: String(size.rows) });
    for (const part of ['permissions', 'segments']) query.append('expand', `profiles.profile.${part}`);
    const asked = performance.now();
    const { status, body } = await http.send({
      method: 'GET',
      url: `${blueconic.url}/rest/v2/segments/${blueconic.segment}/profiles?${query}`,
      headers,
    });
    if (status !== 200) throw new Error(`The sandbox's BlueConic answered ${status}.`);
    const parsing = process.cpuUsage();
    const page = JSON.parse(body.toString()) as Page;
    const parsed = process.cpuUsage(parsing);
    parseMs.push((parsed.user + parsed.system) / 1000);
    profiles += page.profiles.length;
    size.arrived({ rows: page.profiles.length, bytes: body.length, ms: performance.now() - asked });
    cursor = page.nextCursor;
  }
  const used = process.cpuUsage(cpu);
  return {
    profiles,
    pages,
    ms: performance.now() - started,
    cpuUs: used.user + used.system,
    parseMs: parseMs.sort((one, other) => one - other),
  };
}

async function main(): Promise<void> {
  const token = await accessToken();
  await pass(token, warmUpProfiles);
  const result = await pass(token, Number.POSITIVE_INFINITY);
  await http.close();
  console.log(JSON.stringify(result));
}

void main();
