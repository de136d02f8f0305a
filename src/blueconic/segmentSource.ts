import { SyncError } from '../errors/syncError';
import type { AskedFields } from '../mapping/compileMapping';
import { Membership } from '../run/membership';
import type { EarlierLife, Source, SourceContext, SourceRow, SourceUnit } from '../run/source';
import type { StateStore, StoreWrite } from '../store/store';
import type { BlueConicClient } from './blueconicClient';
import {
  type FullReadTerms,
  fullReadDue,
  fullReadKey,
  fullReadWrite,
  lastFullRead,
  membersKey,
} from './fullRead';
import { LeftProfiles, type LeftState } from './leftProfiles';
import { type ReadPage, readPage } from './pageReading';
import { PageSize } from './pageSize';
import { PagesAhead } from './pagesAhead';
import { profileRecord } from './profileRecord';
import { isModifiedSince, modifiedWithin } from './refinement';
import { firstCursor } from './segmentProfiles';
import type { SegmentReading } from './segmentReading';

export interface SegmentSourceSettings {
  /** Whose watermark this is. */
  goalId: string;
  segmentId: string;
  reading: SegmentReading;
  /** Profiles that left the segment are read too, once each, by the next read of the whole segment. */
  leavers?: boolean;
  /** Profiles in a page at most; see PageSize. */
  pageRows: number;
  /** Read the whole segment, whatever was read before. */
  fullRead?: boolean;
  /** When the whole segment is read without being told to. */
  fullReads: FullReadTerms;
}

interface PagePlace {
  /** From 1. */
  number: number;
  cursor: string;
  /** Profiles that it was asked with: asked with fewer, it would lead to another next page. */
  count?: number;
}

/** Where in the segment the run is, for one that goes on after a crash. */
interface SegmentState {
  since?: number;
  /** By BlueConic's clock. */
  startedAt: number;
  /** The latest page, and those before it that have rows without an outcome. */
  pages: PagePlace[];
  /** For the profiles that are met: where it is remembered who is in the segment. */
  stamp?: number;
  left?: LeftState;
}

/** The watermark stays behind the start of the run by this much: clocks, indexing and replication are not exact (R9). */
const safetyMs = 10 * 60_000;
const dayMs = 24 * 3_600_000;
/** Profiles turned into records at a time, so that a page is not one long piece of work. */
const sliceRows = 100;

/**
 * The export source: the profiles of a BlueConic segment that were modified since the last complete run, or the whole
 * segment the first time and whenever a full read is due (see fullRead). Pages form a chain of cursors; each page is a unit.
 */
export class SegmentSource implements Source {
  readonly meaning = 'total';
  readonly asked: AskedFields;
  readonly #client: BlueConicClient;
  readonly #store: StateStore;
  readonly #settings: SegmentSourceSettings;
  readonly #members: Membership | undefined;
  #state: SegmentState | undefined;

  constructor(client: BlueConicClient, store: StateStore, settings: SegmentSourceSettings) {
    this.#client = client;
    this.#store = store;
    this.#settings = settings;
    this.asked = settings.reading.asked;
    const { goalId, segmentId, leavers } = settings;
    if (leavers) this.#members = new Membership(store, membersKey(goalId, segmentId), goalId, segmentId);
  }

  /** How many properties are asked for by name; undefined: all. */
  get propertyCount(): number | undefined {
    return this.#settings.reading.properties?.length;
  }

  get since(): number | undefined {
    return this.#state?.since;
  }

  async *units(context: SourceContext): AsyncGenerator<SourceUnit> {
    const { segmentId, pageRows, reading } = this.#settings;
    context.phase('asking');
    const state = (context.earlier?.state as SegmentState | undefined) ?? (await this.#begin(context));
    this.#state = state;
    const { since } = state;
    const refinement = since && modifiedWithin({ from: since, to: state.startedAt + dayMs });
    const size = new PageSize(pageRows);
    const pages = new PagesAhead(
      (cursor, count, signal) =>
        readPage(
          this.#client,
          {
            segmentId,
            cursor,
            expand: reading.parts,
            ...(reading.properties && { properties: reading.properties }),
            ...(refinement && { refinement }),
          },
          size,
          { count, signal },
        ),
      context.signal,
    );
    try {
      yield* this.#pages(state, pages, context);
    } finally {
      pages.close();
    }
    yield* this.#left(state, context);
  }

  async *#pages(state: SegmentState, pages: PagesAhead, context: SourceContext): AsyncGenerator<SourceUnit> {
    const places = placesToRead(state, context.earlier);
    for (let place = places.shift(); place; ) {
      const { number, cursor }: PagePlace = place;
      this.#keep(place, context);
      context.phase('reading');
      const { page, count }: ReadPage = await pages.take(cursor, place.count);
      this.#keep({ number, cursor, count }, context);
      const { nextCursor } = page;
      if (nextCursor === cursor) throw listingBroken(this.#settings.segmentId);
      // Only the last of the pages known so far leads on to one that is not.
      place =
        places.shift() ?? (nextCursor === undefined ? undefined : { number: number + 1, cursor: nextCursor });
      if (place) pages.begin(place.cursor, place.count);
      const name = pageName(number);
      if (!context.earlier?.isDone(name)) {
        const unit = pageUnit(name, page.profiles, {
          since: state.since,
          known: context.earlier?.ids(name),
          member: this.#members !== undefined,
        });
        if (this.#members && state.stamp !== undefined)
          context.keep?.(this.#members.seen(unit.ids.filter(Boolean), state.stamp));
        yield unit;
      }
    }
  }

  /** Who is missing shows only once the whole segment was read, and all that were met are remembered. */
  async *#left(state: SegmentState, context: SourceContext): AsyncGenerator<SourceUnit> {
    const { since, stamp } = state;
    if (!this.#members || !context.keep || since !== undefined || stamp === undefined) return;
    await context.checkpoint();
    context.signal.throwIfAborted();
    state.left ??= { open: [] };
    yield* new LeftProfiles(this.#client, this.#members, this.#settings).units(state.left, stamp, context);
  }

  state(): SegmentState | undefined {
    return this.#state;
  }

  /** Any row to be read again holds the watermark where it is: what came after it is then read again too (R9). */
  remember(_readAgain: (unitName: string) => boolean, anyReadAgain: boolean): StoreWrite[] {
    if (anyReadAgain || !this.#state) return [];
    const { since, startedAt, stamp } = this.#state;
    const { goalId, segmentId, fullReads } = this.#settings;
    // The watermark comes first: it is what the report shows.
    const writes: StoreWrite[] = [
      { space: 'watermark', key: this.#watermarkKey(), value: String(startedAt - safetyMs) },
    ];
    if (since === undefined) {
      const memory = { at: new Date(startedAt).toISOString(), scope: fullReads.scope };
      writes.push(fullReadWrite(fullReadKey(goalId, segmentId), memory));
      if (this.#members && stamp !== undefined) writes.push(this.#members.completed(stamp));
    }
    return writes;
  }

  async #begin({ signal, keep }: SourceContext): Promise<SegmentState> {
    // By BlueConic's clock: the watermark is compared with times that BlueConic wrote.
    const startedAt = await this.#client.serverTime(signal);
    const since = await this.#readSince(startedAt);
    const members = keep && this.#members;
    const stamp = since === undefined ? await members?.beginRead(startedAt) : await members?.lastComplete();
    return {
      ...(since !== undefined && { since }),
      startedAt,
      pages: [],
      ...(stamp !== undefined && { stamp }),
    };
  }

  /** From when on; undefined: the whole segment. */
  async #readSince(startedAt: number): Promise<number | undefined> {
    const { goalId, segmentId, fullRead, fullReads } = this.#settings;
    if (fullRead) return undefined;
    const watermark = await this.#watermark();
    if (watermark === undefined) return fullReads.firstRun === 'now' ? startedAt : undefined;
    const last = await lastFullRead(this.#store, fullReadKey(goalId, segmentId));
    return fullReadDue(fullReads, last, startedAt) ? undefined : watermark;
  }

  #keep(place: PagePlace, context: SourceContext): void {
    const kept = this.#state!.pages.filter(
      ({ number }) =>
        number > place.number || (number < place.number && !context.isSettled(pageName(number))),
    );
    this.#state!.pages = [...kept, place].sort((one, other) => one.number - other.number);
  }

  async #watermark(): Promise<number | undefined> {
    const [stored] = await this.#store.getMany('watermark', [this.#watermarkKey()]);
    return stored && Number(stored.toString());
  }

  #watermarkKey(): string {
    return JSON.stringify([this.#settings.goalId, this.#settings.segmentId]);
  }
}

/** To take what came for the whole segment would lose profiles without a word; to go on would never end. */
function listingBroken(segmentId: string): SyncError {
  return new SyncError({
    code: 'BLUECONIC_LISTING_BROKEN',
    message: `BlueConic says that segment ${segmentId} has more profiles, but points back to the page just read.`,
    advice: 'This is a fault of the tenant: ask BlueConic. Nothing was taken for complete.',
    retry: 'later',
  });
}

function pageName(number: number): string {
  return `page ${number}`;
}

/** The pages that an earlier life left open, and its latest, from which the way goes on; else the very first one. */
function placesToRead({ pages }: SegmentState, earlier: EarlierLife | undefined): PagePlace[] {
  const latest = pages.at(-1) ?? { number: 1, cursor: firstCursor };
  return [...pages.slice(0, -1).filter(({ number }) => !earlier?.isDone(pageName(number))), latest];
}

interface PageTerms {
  since: number | undefined;
  /** Ids of the rows that an earlier life saw. */
  known: readonly string[] | undefined;
  /** Records say that they are in the segment. */
  member: boolean;
}

/**
 * A page that is read again may hold its profiles in another order, so rows are known by profile id: those that an
 * earlier life saw keep their number, new ones follow.
 */
function pageUnit(
  name: string,
  profiles: readonly unknown[],
  terms: PageTerms,
): SourceUnit & { ids: string[] } {
  const { known } = terms;
  if (known === undefined) return { name, ids: profiles.map(idOf), rows: () => pageRows(profiles, terms) };
  const ids = [...known];
  const lines = new Map(known.map((id, at) => [id, at + 1]));
  const numbered = profiles.map((profile) => {
    const id = idOf(profile);
    const line = id === '' ? undefined : lines.get(id);
    // Taken once: a second copy on the page is a row of its own.
    if (line === undefined || !lines.delete(id)) return { line: ids.push(id), profile };
    return { line, profile };
  });
  numbered.sort((one, other) => one.line - other.line);
  const inOrder = numbered.map(({ profile }) => profile);
  return { name, ids, rows: () => pageRows(inOrder, terms, numbered) };
}

/** Empty for what is no profile. */
function idOf(profile: unknown): string {
  const id = (profile as { id?: unknown } | null)?.id;
  return typeof id === 'string' ? id : '';
}

/** @param numbered the lines of the profiles; their places on the page without it. */
async function* pageRows(
  profiles: readonly unknown[],
  { since, member }: PageTerms,
  numbered?: readonly { line: number }[],
): AsyncGenerator<SourceRow[]> {
  for (let from = 0; from < profiles.length; from += sliceRows) {
    const slice: SourceRow[] = [];
    for (let at = from; at < Math.min(from + sliceRows, profiles.length); at++) {
      const line = numbered?.[at]?.line ?? at + 1;
      const record = profileRecord(profiles[at]);
      if (!record) slice.push({ line, fault: 'not a profile' });
      else if (since === undefined || isModifiedSince(record, since)) {
        if (member) record.inSegment = true;
        slice.push({ line, record });
      }
    }
    yield slice;
  }
}
