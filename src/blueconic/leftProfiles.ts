import type { Membership } from '../run/membership';
import type { SourceContext, SourceRow, SourceUnit } from '../run/source';
import type { BlueConicClient } from './blueconicClient';
import { tried } from './passingCauses';
import { profileRecord } from './profileRecord';
import type { SegmentReading } from './segmentReading';

/** The part of the missing profiles that one unit has: those behind `after`, `upTo` included. */
export interface LeftPlace {
  /** From 1. */
  number: number;
  after: string;
  upTo: string;
}

/** Where in the profiles that left a run is, for one that goes on after a crash. */
export interface LeftState {
  /** Units handed out of which rows may have no outcome, in order. */
  open: LeftPlace[];
  /** The last one handed out. */
  latest?: LeftPlace;
}

/** Profiles of a unit: each costs a request, and few are lost when a run is cut off. */
const unitRows = 200;
/** Requests at once. */
const width = 8;

/**
 * The profiles that have left a segment, as units of a source: those of the membership that a read of the whole segment
 * did not meet. Each is read once more by its id, for its identifiers and values, and to be sure:
 *
 * - one that is in the segment all the same has not left (it came back, or the listing passed over it);
 * - one that BlueConic does not have any more, or has merged into another, is not reported: nothing is known by which it
 *   could be found elsewhere, and what identified it may belong to the profile that stayed.
 */
export class LeftProfiles {
  readonly #client: BlueConicClient;
  readonly #members: Membership;
  readonly #segmentId: string;
  readonly #reading: SegmentReading;

  constructor(
    client: BlueConicClient,
    members: Membership,
    { segmentId, reading }: { segmentId: string; reading: SegmentReading },
  ) {
    this.#client = client;
    this.#members = members;
    this.#segmentId = segmentId;
    this.#reading = reading;
  }

  /** @param state is kept up to date, for a checkpoint. @param stamp of the read that has just come to its end. */
  async *units(state: LeftState, stamp: number, context: SourceContext): AsyncGenerator<SourceUnit> {
    for (const place of state.open.filter(({ number }) => !context.earlier?.isDone(unitName(number)))) {
      const ids: string[] = [];
      for await (const missing of this.#members.missing(stamp)) {
        if (missing.place > place.upTo) break;
        if (missing.place > place.after) ids.push(missing.id);
      }
      yield this.#unit(place, ids, stamp, context);
    }
    let ids: string[] = [];
    let last = state.latest?.upTo ?? '';
    const next = (): SourceUnit => {
      const { number, upTo } = state.latest ?? { number: 0, upTo: '' };
      const place = { number: number + 1, after: upTo, upTo: last };
      state.open = [...state.open.filter((open) => !context.isSettled(unitName(open.number))), place];
      state.latest = place;
      const unit = this.#unit(place, ids, stamp, context);
      ids = [];
      return unit;
    };
    for await (const { id, place } of this.#members.missing(stamp)) {
      if (place <= last) continue;
      ids.push(id);
      last = place;
      if (ids.length === unitRows) yield next();
    }
    if (ids.length > 0) yield next();
  }

  /** Rows are known by profile id: those that an earlier life saw keep their number. */
  #unit({ number }: LeftPlace, found: readonly string[], stamp: number, context: SourceContext): SourceUnit {
    const name = unitName(number);
    const ids = [...(context.earlier?.ids(name) ?? [])];
    const known = new Set(ids);
    for (const id of found) if (!known.has(id)) ids.push(id);
    const wanted = new Set(found);
    return { name, ids, rows: (signal) => this.#rows(ids, wanted, stamp, { ...context, signal }) };
  }

  async *#rows(
    ids: readonly string[],
    wanted: ReadonlySet<string>,
    stamp: number,
    context: SourceContext,
  ): AsyncGenerator<SourceRow[]> {
    const lines = ids.map((id, at) => ({ id, line: at + 1 })).filter(({ id }) => wanted.has(id));
    for (let from = 0; from < lines.length; from += width) {
      const rows = await Promise.all(
        lines.slice(from, from + width).map(({ id, line }) => this.#row(id, line, stamp, context)),
      );
      yield rows.filter((row) => row !== undefined);
    }
  }

  async #row(
    id: string,
    line: number,
    stamp: number,
    { signal, keep }: SourceContext,
  ): Promise<SourceRow | undefined> {
    const { properties } = this.#reading;
    const profile = await tried(
      () => this.#client.profile(id, { ...(properties && { properties }) }, signal),
      signal,
    );
    const record = profile === undefined || isReplaced(profile) ? undefined : profileRecord(profile);
    if (!record) return undefined;
    if (record.segments?.some((segment) => segment.id === this.#segmentId)) {
      keep?.(this.#members.seen([id], stamp));
      return undefined;
    }
    record.inSegment = false;
    return { line, record };
  }
}

function unitName(number: number): string {
  return `left ${number}`;
}

function isReplaced(profile: unknown): boolean {
  return typeof (profile as { replacedBy?: unknown }).replacedBy === 'string';
}
