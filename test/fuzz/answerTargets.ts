import { createBlueConicClient } from '../../src/blueconic/blueconicClient';
import { bulkAnswer } from '../../src/blueconic/bulkAnswer';
import { profileRecord } from '../../src/blueconic/profileRecord';
import { createBrazeClient } from '../../src/braze/brazeClient';
import { trackAnswer } from '../../src/braze/trackAnswer';
import type { HttpAnswer, HttpClient } from '../../src/http/httpClient';
import { goodAnswer } from '../faults/matrix/goodAnswers';
import { type OutsideCall, outsideCalls } from '../faults/matrix/outsideCalls';
import type { FuzzTarget } from './fuzzTargets';
import { mutated, mutatedJson, type Random } from './mutate';

const statuses = [200, 200, 200, 201, 204, 400, 401, 403, 404, 408, 413, 429, 500, 503, 600];
const headerTexts = [
  '',
  '1',
  '-1',
  '1e99',
  'NaN',
  'Wed, 21 Oct 2099 07:28:00 GMT',
  'x'.repeat(300),
  '2147483648',
];
const headerNames = [
  'retry-after',
  'x-ratelimit-limit',
  'x-ratelimit-remaining',
  'x-ratelimit-reset',
  'date',
  'link',
];

/** What a server answers, with body and headers bent. */
function bentAnswer(good: unknown, random: Random): HttpAnswer {
  const json = Buffer.from(JSON.stringify(mutatedJson(good, random)));
  const headers: Record<string, string> = { 'content-type': 'application/json' };
  for (const name of headerNames) if (random.below(3) === 0) headers[name] = random.oneOf(headerTexts);
  return {
    status: random.oneOf(statuses),
    headers,
    body: random.below(3) === 0 ? mutated(json, random) : json,
  };
}

function track(random: Random): string[] {
  const errors = [
    { type: "'email' is bad", input_array: 'attributes', index: 1 },
    { type: 'PROPERTIES_INVALID', input_array: 'events', index: 0 },
  ];
  const answer = bentAnswer({ message: 'success', attributes_processed: 2, errors }, random);
  const told = trackAnswer(answer, {
    host: 'host',
    sent: { attributes: 3, events: 1, purchases: 0 },
    now: 0,
  });
  const wrongs: string[] = [];
  if ('waitMs' in told && !(told.waitMs! >= 0 && told.waitMs! <= 24 * 3_600_000)) {
    wrongs.push(`waits ${told.waitMs} ms`);
  }
  if (!('errors' in told)) return wrongs;
  for (const { array, index } of told.errors) {
    const most = { attributes: 3, events: 1, purchases: 0 }[array];
    if (!(Number.isInteger(index) && index >= 0 && index < most))
      wrongs.push(`${array} ${index} was not sent`);
  }
  return wrongs;
}

function bulk(random: Random): string[] {
  const results = ['0', '1', '2'].map((identifier) => ({
    identifier,
    state: 'MODIFIED',
    profileId: `p-${identifier}`,
    validationErrors: { email: ['is bad'] },
  }));
  const place = { host: 'host', call: 'PUT /profiles', scope: 'write:profiles' };
  const told = bulkAnswer(bentAnswer(results, random), ['0', '1', '2'], place);
  if (told.kind !== 'done') return [];
  const lacking = told.results.filter((result) => result === undefined).length;
  return told.results.length === 3 && lacking === told.missing.length
    ? []
    : ['results do not fit the entries'];
}

function profile(random: Random): string[] {
  const good = {
    id: 'p-1',
    properties: [{ id: 'email', values: ['a@b.example'] }],
    segments: [{ id: 's', name: 'S' }],
    permissions: { level: 'PERSONAL' },
  };
  const record = profileRecord(mutatedJson(good, random));
  return record && typeof record.id !== 'string' ? ['a record without an id'] : [];
}

const apiCalls = outsideCalls.filter(({ system }) => system !== 's3');

/** Any call of both clients, at a server whose every answer is bent. */
async function clientCall(random: Random): Promise<string[]> {
  const call = random.oneOf(apiCalls);
  let asked = 0;
  const http: HttpClient = {
    // A server that always has one more page must not be asked for ever.
    send: async ({ url }) => answerTo(call, url, ++asked > 20 ? undefined : random),
    close: async () => undefined,
  };
  const url = 'https://host.example';
  const place = { url, http, silenceMs: 1_000, maxAnswerBytes: 1_000, signal: new AbortController().signal };
  await call.make(place);
  return asked > 50 ? [`${call.name}: asked ${asked} times`] : [];
}

function answerTo(call: OutsideCall, url: string, random: Random | undefined): HttpAnswer {
  const isToken = url.endsWith('/oauth/token');
  const { body } = goodAnswer(isToken ? apiCalls.find(({ name }) => name.endsWith('/oauth/token'))! : call);
  const isSideCall = isToken && !call.name.endsWith('/oauth/token');
  if (isSideCall || !random) return { status: 200, headers: {}, body: Buffer.from(body) };
  return bentAnswer(JSON.parse(body), random);
}

/** Settings that hold what no header and no path may: they are refused, or sent encoded. */
async function strangeSettings(random: Random): Promise<string[]> {
  const strange = () =>
    random.below(4) === 0
      ? random.oneOf(['.', '..', '%2e', '/', '//host', '?', '#', ''])
      : mutated(Buffer.from('a-key/with:parts'), random).toString();
  const sent: string[] = [];
  const http: HttpClient = {
    send: async ({ url, headers }) => {
      sent.push(url, ...Object.values(headers ?? {}));
      return { status: 200, headers: {}, body: Buffer.from('{"access_token":"a","token_type":"bearer"}') };
    },
    close: async () => undefined,
  };
  const { signal } = new AbortController();
  const braze = createBrazeClient({ endpoint: 'https://host.example', apiKey: strange(), http });
  await braze.segmentDetails(strange(), signal).catch(() => undefined);
  const blueconic = createBlueConicClient({
    url: 'https://host.example',
    clientId: strange(),
    clientSecret: strange(),
    http,
  });
  await blueconic
    .segmentPage({ segmentId: strange(), cursor: strange(), count: 1 }, signal)
    .catch(() => undefined);
  await blueconic
    .putProfiles('[]', { identifiers: [], objectiveIds: [strange()] }, signal)
    .catch(() => undefined);
  const wrongs = sent.filter((text) => /[^\x20-\x7e]/.test(text));
  const hosts = sent.filter((text) => text.startsWith('https:') && new URL(text).host !== 'host.example');
  const paths = sent.filter((text) => /^https:[^?#]*\/\.\.?(\/|[?#]|$)/.test(text));
  return [...wrongs, ...hosts, ...paths].map((text) => `sent ${JSON.stringify(text)}`);
}

const clientCodes = /^(BRAZE|BLUECONIC)_/;

export const answerTargets: readonly FuzzTarget[] = [
  { name: 'answers of /users/track', weight: 20, attempt: track, mayThrow: /^$/ },
  { name: 'answers of PUT /profiles', weight: 20, attempt: bulk, mayThrow: /^$/ },
  { name: 'profiles of a segment', weight: 20, attempt: profile, mayThrow: /^$/ },
  { name: 'answers to every call', weight: 10, attempt: clientCall, mayThrow: clientCodes },
  { name: 'strange settings', weight: 6, attempt: strangeSettings, mayThrow: clientCodes },
];
