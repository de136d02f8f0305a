import { z } from 'zod';
import type { ControlRoute } from '../part';
import type { SandboxHandler, SandboxReply, SandboxRequest } from '../server';
import type { BrazeSandbox } from './brazeSandbox';
import { refusal } from './replies';
import { segmentSchema } from './segments';
import type { BrazeSettings, BrazeSettingsPatch } from './settings';
import type { BrazeUserRecord } from './userRecord';

const wholeNumber = z.number().int().min(0);
const rangeSchema = z.strictObject({ seed: z.number().int(), from: wholeNumber, to: wholeNumber });
const recordsSchema = z.array(z.record(z.string(), z.json()));
const segmentsSchema = z.array(segmentSchema);

/** How many users one piece of the stream of all users holds. */
const streamedTogether = 200;

/** The control routes of the sandbox's Braze; each does what the method of the same name does. */
export function controlRoutes(sandbox: BrazeSandbox): ControlRoute[] {
  return [
    {
      method: 'POST',
      path: '/braze/seed',
      about: 'create the users of invented customers: { seed, from, to }',
      handle: posted((body) => {
        sandbox.seedPeople(rangeSchema.parse(body));
        return {};
      }),
    },
    {
      method: 'POST',
      path: '/braze/users',
      about: 'create or update users: an array of user records',
      handle: posted((body) => {
        const records = recordsSchema.parse(body) as BrazeUserRecord[];
        sandbox.addUsers(records);
        return { users: records.length };
      }),
    },
    {
      method: 'GET',
      path: '/braze/user',
      about: 'one user: ?external_id=',
      handle: ({ query }) => {
        const user = sandbox.user(query.get('external_id') ?? '');
        return user ? { status: 200, body: user } : refusal(404, 'no such user');
      },
    },
    {
      method: 'GET',
      path: '/braze/users',
      about: 'all users as NDJSON, by external id',
      handle: () => ({
        status: 200,
        headers: { 'content-type': 'application/x-ndjson' },
        body: ndjson(sandbox.users()),
      }),
    },
    {
      method: 'POST',
      path: '/braze/segments',
      about: 'define segments: an array of { id, name, includes }',
      handle: posted((body) => {
        const segments = segmentsSchema.parse(body);
        for (const segment of segments) sandbox.defineSegment(segment);
        return { segments: segments.length };
      }),
    },
    {
      method: 'POST',
      path: '/braze/settings',
      about: 'change some settings; answers all of them, without keys',
      handle: posted((body) => withoutKeys(sandbox.configure(body as BrazeSettingsPatch))),
    },
    { method: 'GET', path: '/braze/calls', about: 'calls by answer', handle: shown(() => sandbox.calls()) },
    {
      method: 'GET',
      path: '/braze/datapoints',
      about: 'data points consumed: in total and by name',
      handle: shown(() => sandbox.dataPoints()),
    },
    {
      method: 'GET',
      path: '/braze/events',
      about: 'events and purchases applied, in order',
      handle: shown(() => {
        const { events, purchases } = sandbox.events();
        return { events, purchases };
      }),
    },
    {
      method: 'GET',
      path: '/braze/exports',
      about: 'segment exports and what became of them',
      handle: shown(() => ({ exports: sandbox.exports() })),
    },
    {
      method: 'GET',
      path: '/braze/compact',
      about: 'counts and checksums of compact mode',
      handle: () => {
        const report = sandbox.compact();
        return report ? { status: 200, body: report } : refusal(404, 'not in compact mode');
      },
    },
  ];
}

function shown(show: () => object): SandboxHandler {
  return () => ({ status: 200, body: show() });
}

/** A route with a JSON body. Whatever is wrong with the body is a 400 that says so. */
function posted(act: (body: unknown) => object): SandboxHandler {
  return async (request: SandboxRequest): Promise<SandboxReply> => {
    try {
      return { status: 200, body: act(JSON.parse((await request.body()).toString())) };
    } catch (thrown) {
      const reason = thrown instanceof z.ZodError ? z.prettifyError(thrown) : (thrown as Error).message;
      return refusal(400, reason);
    }
  };
}

function withoutKeys({ keys, ...settings }: BrazeSettings): object {
  return { ...settings, keys: keys.map(({ permissions }) => ({ permissions })) };
}

async function* ndjson(users: Iterable<object>): AsyncGenerator<string> {
  let lines: string[] = [];
  for (const user of users) {
    lines.push(`${JSON.stringify(user)}\n`);
    if (lines.length < streamedTogether) continue;
    yield lines.join('');
    lines = [];
  }
  if (lines.length > 0) yield lines.join('');
}
