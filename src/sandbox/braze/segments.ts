import { z } from 'zod';
import { type Json, sameJson } from './json';
import type { BrazeUserRecord } from './userRecord';

/**
 * A segment of the sandbox's Braze.
 *
 * `includes` says who is in it: `"all"`; `{ attribute, equals }`, a standard field or else a custom attribute with
 * exactly this value; or `{ from, to }`, the users `cust-<index>` with from <= index < to.
 */
export const segmentSchema = z.strictObject({
  id: z.string().min(1),
  name: z.string().min(1),
  includes: z.union([
    z.literal('all'),
    z.strictObject({ attribute: z.string(), equals: z.json() }),
    z.strictObject({ from: z.number().int().min(0), to: z.number().int().min(0) }),
  ]),
  description: z.string().optional(),
  tags: z.array(z.string()).optional(),
});

export type Segment = z.output<typeof segmentSchema>;

/** There from the start unless other segments are given. */
export const allCustomersSegment: Segment = {
  id: '7d1a3c52-6f0e-4b0a-9c55-0d6c5a8e2b10',
  name: 'All customers',
  includes: 'all',
  description: 'Everybody in the workspace',
  tags: ['sandbox'],
};

/** Segments in the order of their creation. Defining an id again replaces it in its place. */
export class SegmentList {
  readonly #segments = new Map<string, Segment>();
  readonly #initial: readonly Segment[];

  constructor(initial: readonly Segment[]) {
    this.#initial = initial;
    this.reset();
  }

  define(segment: Segment): void {
    this.#segments.set(segment.id, segment);
  }

  get(id: unknown): Segment | undefined {
    return typeof id === 'string' ? this.#segments.get(id) : undefined;
  }

  all(): Segment[] {
    return [...this.#segments.values()];
  }

  reset(): void {
    this.#segments.clear();
    for (const segment of this.#initial) this.define(segment);
  }
}

/** Who can be in a segment. */
export interface Population {
  members(segment: Segment): Iterable<BrazeUserRecord>;
  size(segment: Segment): number;
}

export function isMember(segment: Segment, record: BrazeUserRecord): boolean {
  const { includes } = segment;
  if (includes === 'all') return true;
  if ('attribute' in includes) return sameJson(attributeOf(record, includes.attribute), includes.equals);
  const index = customerIndex(record.external_id);
  return index !== undefined && index >= includes.from && index < includes.to;
}

/** 17 for `cust-00000017`; undefined for an id of another form. */
function customerIndex(externalId: string | undefined): number | undefined {
  const digits = /^cust-(\d+)$/.exec(externalId ?? '')?.[1];
  return digits === undefined ? undefined : Number(digits);
}

function attributeOf(record: BrazeUserRecord, name: string): Json | undefined {
  if (name !== 'custom_attributes' && Object.hasOwn(record, name)) {
    return record[name as keyof BrazeUserRecord] as Json;
  }
  const custom = record.custom_attributes;
  return custom && Object.hasOwn(custom, name) ? custom[name] : undefined;
}
