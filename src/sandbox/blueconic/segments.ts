import { BadRequest } from './apiReply';
import type { ProfileView } from './profileView';
import { compileRefinement, type Predicate, type RefinementScope } from './refinement';

/** Who is in a segment: everybody, those who have a value, or those who pass a filter of the refinement form. */
export type SegmentRule = 'all' | { property: string; equals: string } | Record<string, unknown>;

export interface SegmentInput {
  id: string;
  name: string;
  rule: SegmentRule;
  description?: string;
  tags?: string[];
}

/** A live query over the profiles (contracts: blueconic 5.4). */
export interface Segment extends SegmentInput {
  /** `undefined`: everybody. */
  predicate: Predicate | undefined;
  creationDate: string;
  lastModifiedDate: string;
}

/** The tenant's segments. The REST API cannot create them; the control API and the tests do. */
export class Segments {
  readonly #segments = new Map<string, Segment>();
  readonly #scope: RefinementScope;

  constructor(scope: RefinementScope) {
    this.#scope = scope;
  }

  /** @throws BadRequest if the rule is not one. */
  define(input: SegmentInput, now: number): Segment {
    const { id, name, rule, description, tags } = input;
    if (typeof id !== 'string' || id === '' || typeof name !== 'string')
      throw new BadRequest('needs an id and a name', 'segment');
    const stamp = new Date(now).toISOString();
    const segment: Segment = {
      id,
      name,
      rule,
      ...(description !== undefined && { description }),
      ...(tags !== undefined && { tags }),
      predicate: rule === 'all' ? undefined : compileRefinement(asFilter(rule), this.#scope, 'rule'),
      creationDate: this.#segments.get(id)?.creationDate ?? stamp,
      lastModifiedDate: stamp,
    };
    this.#segments.set(id, segment);
    return segment;
  }

  get(id: string): Segment | undefined {
    return this.#segments.get(id);
  }

  all(): Segment[] {
    return [...this.#segments.values()];
  }

  of(profile: ProfileView, now: number): Segment[] {
    return this.all().filter((segment) => isMember(segment, profile, now));
  }
}

/** Whether an active profile is in the segment at this time. */
export function isMember(segment: Segment, profile: ProfileView, now: number): boolean {
  return segment.predicate === undefined || segment.predicate(profile, now);
}

function asFilter(rule: Exclude<SegmentRule, 'all'>): unknown {
  if (typeof rule !== 'object' || rule === null || !('equals' in rule)) return rule;
  return { property: rule.property, operator: 'CONTAINS_ANY', values: [rule.equals] };
}
