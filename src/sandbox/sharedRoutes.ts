import { z } from 'zod';
import type { FaultRule, FaultRules, SandboxSystem } from './faults';
import type { ControlRoute } from './part';
import type { CallCounts } from './server';

/** What the routes that belong to no single system need of the assembly. */
export interface SharedState {
  faults: FaultRules;
  reset(): void;
  calls(): Record<SandboxSystem, CallCounts>;
}

const count = z.number().int().nonnegative();
const milliseconds = z.number().nonnegative();
const share = z.number().min(0).max(1);
const httpStatus = z.number().int().min(200).max(599);
const after = z.boolean().exactOptional();

const faultSchema = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('latency'), ms: milliseconds, jitterMs: milliseconds.exactOptional() }),
  z.strictObject({
    kind: z.literal('status'),
    status: httpStatus,
    body: z.json().exactOptional(),
    headers: z.record(z.string(), z.string()).exactOptional(),
    after,
  }),
  z.strictObject({
    kind: z.literal('wall'),
    limit: count,
    windowMs: z.number().int().positive(),
    headerStyle: z.enum(['epoch', 'mau', 'none']),
  }),
  z.strictObject({ kind: z.literal('hang'), after }),
  z.strictObject({ kind: z.literal('reset'), after }),
  z.strictObject({ kind: z.literal('html'), status: httpStatus }),
  z.strictObject({ kind: z.literal('cutBody'), share }),
  z.strictObject({ kind: z.literal('bentErrors'), how: z.enum(['repeated', 'unindexed', 'notAList']) }),
  z.strictObject({
    kind: z.literal('slowBody'),
    pieceBytes: z.number().int().positive(),
    pauseMs: milliseconds,
  }),
]);

const ruleSchema: z.ZodType<FaultRule> = z
  .strictObject({
    system: z.enum(['braze', 'blueconic', 's3']),
    method: z.string().toUpperCase().exactOptional(),
    path: z.string().exactOptional(),
    contains: z.string().exactOptional(),
    skip: count.exactOptional(),
    times: count.exactOptional(),
    share: share.exactOptional(),
    seed: z.number().int().exactOptional(),
    fault: faultSchema,
  })
  .refine(
    ({ system, contains }) => system !== 's3' || contains === undefined,
    'S3 bodies are not looked into',
  );

const rulesSchema = z.union([ruleSchema.transform((rule) => [rule]), z.array(ruleSchema)]);

/** The control routes for reset, faults and call counts of all systems. */
export function sharedRoutes({ faults, reset, calls }: SharedState): ControlRoute[] {
  return [
    {
      method: 'POST',
      path: '/reset',
      about: 'Back to the state after the start: people seeded anew, counts at zero, no faults.',
      handle: () => {
        reset();
        return { status: 204 };
      },
    },
    {
      method: 'GET',
      path: '/calls',
      about: 'How often each call was made and how it was answered: {system: {call: {status: count}}}',
      handle: () => ({ status: 200, body: calls() }),
    },
    {
      method: 'GET',
      path: '/faults',
      about: 'The fault rules in force, with the requests each has seen and struck.',
      handle: () => ({ status: 200, body: faults.list() }),
    },
    {
      method: 'POST',
      path: '/faults',
      about:
        'Adds one rule or an array: {system, method?, path?, contains?, skip?, times?, share?, seed?, fault: {kind: latency | status | wall | hang | reset | html | cutBody | bentErrors | slowBody, ...}}; answers {ids}',
      handle: async (request) => {
        const rules = rulesSchema.parse(JSON.parse((await request.body()).toString()));
        return { status: 201, body: { ids: rules.map((rule) => faults.add(rule)) } };
      },
    },
    {
      method: 'DELETE',
      path: '/faults',
      about: 'Removes the rule ?id=, or all rules.',
      handle: ({ query }) => {
        const id = query.get('id');
        if (id === null) faults.clear();
        else if (!faults.remove(Number(id))) return { status: 404, body: { error: `no rule ${id}` } };
        return { status: 204 };
      },
    },
  ];
}
