import type { FieldChange, ProfileUpdate } from '../../src/mapping/profileUpdate';
import { type Fault, type FaultRule, sequence } from '../../src/sandbox/faults';

/** What a row asks of Braze. */
export type RowKind =
  /** One attribute. */
  | 'set'
  /** An increment. */
  | 'sum'
  | 'event'
  | 'purchase'
  /** An attribute, an increment and an event: two requests. */
  | 'mixed'
  /** Two events of which Braze refuses one. */
  | 'half'
  /** An attribute of a user whom Braze does not know and may not create. */
  | 'stranger'
  /** Nobody in it: refused before it is sent. */
  | 'nobody';

export interface ScriptRow {
  n: number;
  kind: RowKind;
  user: string;
}

/** Everything that happens in one run, drawn from one number. */
export interface FaultScript {
  seed: number;
  rows: ScriptRow[];
  objectsPerRequest: number;
  perArray: boolean;
  requestsInFlight: number;
  batchRows: number;
  window: number;
  /** What the account takes in one request; less than the settings say in some scripts. */
  trackLimit: number;
  /** Users whom Braze refuses by name. */
  refused: string[];
  /** Users for whose sake Braze refuses the whole request they are in. */
  poisoned: string[];
  rules: FaultRule[];
  /** The run is stopped when this request is on its way. */
  stopAtRequest: number | undefined;
  /** What was accepted is remembered, as it is with change detection. */
  detects: boolean;
}

const track = { system: 'braze', path: '/users/track' } as const;
const kinds: readonly RowKind[] = [
  ...(['set', 'set', 'set', 'sum', 'sum', 'event', 'purchase', 'mixed', 'mixed'] as const),
  ...(['half', 'stranger', 'nobody'] as const),
];
const success = { message: 'success' };

/** What can befall a request. A refusal after the work was done is no fault that a 4xx can have: those prove the contrary. */
const faults: readonly Fault[] = [
  { kind: 'status', status: 429 },
  { kind: 'status', status: 429, headers: { 'x-ratelimit-retry-after': '0' } },
  { kind: 'status', status: 503 },
  { kind: 'status', status: 503, after: true },
  { kind: 'status', status: 500, after: true },
  { kind: 'status', status: 408, after: true },
  { kind: 'status', status: 400, body: { message: 'Bad Request' } },
  { kind: 'status', status: 413 },
  { kind: 'html', status: 502 },
  { kind: 'html', status: 200 },
  { kind: 'html', status: 422 },
  { kind: 'status', status: 201, body: '{"message":"succ', after: true },
  { kind: 'status', status: 202, body: { message: 'queued' }, after: true },
  { kind: 'status', status: 201, body: { ...success, errors: [null] }, after: true },
  { kind: 'bentErrors', how: 'repeated' },
  { kind: 'bentErrors', how: 'unindexed' },
  { kind: 'bentErrors', how: 'notAList' },
  { kind: 'reset' },
  { kind: 'reset', after: true },
  { kind: 'cutBody', share: 0.4 },
  { kind: 'latency', ms: 2, jitterMs: 6 },
];
/** They cost the time that a client waits. */
const hangs: readonly Fault[] = [{ kind: 'hang' }, { kind: 'hang', after: true }];
/** Names one object as the one to blame. Only ever first: a name that came later would contradict what was taken before. */
const blame: Fault = {
  kind: 'status',
  status: 400,
  body: {
    message: 'Bad Request',
    errors: [{ index: 0, input_array: 'attributes', type: 'EMAIL_BAD_FORMAT' }, { type: 'something else' }],
  },
};
const wrongSettings: readonly Fault[] = [
  { kind: 'status', status: 401, body: { message: 'Invalid API Key' } },
  { kind: 'status', status: 403, body: { message: 'Access Denied' } },
];

/** The same script for the same number, always. */
export function scriptOf(seed: number): FaultScript {
  const random = sequence(seed);
  const below = (limit: number) => Math.floor(random() * limit);
  const from = (least: number, most: number) => least + below(most - least + 1);
  const oneOf = <T>(list: readonly T[]): T => list[below(list.length)]!;
  const sometimes = (share: number) => random() < share;

  const rows = Array.from({ length: from(1, 36) }, (_, at): ScriptRow => {
    return { n: at + 1, kind: oneOf(kinds), user: `s${seed}-${at + 1}` };
  });
  const some = (share: number) => rows.filter(() => sometimes(share)).map(({ user }) => user);
  const objectsPerRequest = from(2, 16);
  const poisoned = sometimes(0.25) ? some(0.06) : [];
  const rules: FaultRule[] = poisoned.map((user) => ({
    ...track,
    contains: `"${user}"`,
    fault: oneOf<Fault>([
      { kind: 'status', status: 400, body: { message: 'Bad Request' } },
      { kind: 'status', status: 413 },
    ]),
  }));
  if (sometimes(0.1)) rules.unshift({ ...track, times: 1, fault: blame });
  const strikes = () => ({
    ...track,
    skip: below(6),
    times: from(1, 4),
    share: oneOf([0.3, 0.6, 1]),
    seed: below(1e6),
  });
  for (let left = below(5); left > 0; left--) rules.push({ ...strikes(), fault: oneOf(faults) });
  if (sometimes(0.15)) rules.push({ ...track, skip: below(6), times: 1, fault: oneOf(hangs) });
  if (sometimes(0.08)) rules.push({ ...track, skip: below(8), fault: oneOf(wrongSettings) });
  return {
    seed,
    rows,
    objectsPerRequest,
    perArray: sometimes(0.2),
    requestsInFlight: from(1, 4),
    batchRows: from(1, 40),
    window: from(1, 60),
    trackLimit: sometimes(0.12) ? from(1, objectsPerRequest) : 75,
    refused: sometimes(0.5) ? some(0.15) : [],
    poisoned,
    rules,
    stopAtRequest: sometimes(0.12) ? from(1, 6) : undefined,
    detects: sometimes(0.7),
  };
}

/** What the mapper makes of a row. Its numbers are the row's own, so that no value can be taken for another's. */
export function updateOf({ n, kind, user }: ScriptRow): Omit<ProfileUpdate, 'ref'> {
  const time = '2026-01-31T10:00:00Z';
  const event = { name: 'quiz', time };
  const set: FieldChange = { field: 'points', strategy: 'set', as: 'one', values: [n] };
  const sum: FieldChange = { field: 'balance', strategy: 'sum', as: 'one', values: [n] };
  const update = {
    version: 1 as const,
    match: [[{ field: 'external_id', value: user }]],
    allowCreate: true,
    changes: [],
  };
  switch (kind) {
    case 'set':
      return { ...update, changes: [set] };
    case 'sum':
      return { ...update, changes: [sum] };
    case 'event':
      return { ...update, events: [event] };
    case 'purchase':
      return { ...update, purchases: [{ product_id: 'tee', currency: 'EUR', price: 19.9, time }] };
    case 'mixed':
      return { ...update, changes: [set, sum], events: [event] };
    case 'half':
      return { ...update, events: [event, { ...event, properties: { time } }] };
    case 'stranger':
      return { ...update, allowCreate: false, changes: [set] };
    case 'nobody':
      return { ...update, match: [[{ field: 'shoe', value: user }]], changes: [set] };
  }
}
