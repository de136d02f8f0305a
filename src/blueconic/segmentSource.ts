import type { AskedFields } from '../mapping/compileMapping';
import type { Source, SourceContext, SourceRow, SourceUnit } from '../run/source';
import type { StateStore, StoreWrite } from '../store/store';
import type { BlueConicClient } from './blueconicClient';
import { profileRecord } from './profileRecord';
import { isModifiedSince, lastModifiedProperty, modifiedWithin } from './refinement';
import { firstCursor } from './segmentProfiles';

export interface SegmentSourceSettings {
  /** Whose watermark this is. */
  goalId: string;
  segmentId: string;
  /** Profile properties to read; empty: all of them. */
  properties: string[];
  /** Profiles in a page. */
  pageRows: number;
}

/** The watermark stays behind the start of the run by this much: clocks, indexing and replication are not exact (R9). */
const safetyMs = 10 * 60_000;
const dayMs = 24 * 3_600_000;
/** Profiles turned into records at a time, so that a page is not one long piece of work. */
const sliceRows = 100;

/**
 * The export source: the profiles of a BlueConic segment that were modified since the last complete run, or the whole
 * segment the first time. Pages form a chain of cursors; each page is a unit.
 */
export class SegmentSource implements Source {
  readonly asked: AskedFields;
  readonly #client: BlueConicClient;
  readonly #store: StateStore;
  readonly #settings: SegmentSourceSettings;
  #startedAt: number | undefined;

  constructor(client: BlueConicClient, store: StateStore, settings: SegmentSourceSettings) {
    this.#client = client;
    this.#store = store;
    this.#settings = settings;
    this.asked = askedFields(settings.properties);
  }

  async *units(context: SourceContext): AsyncGenerator<SourceUnit> {
    const { segmentId, pageRows, properties } = this.#settings;
    context.phase('asking');
    const since = await this.#watermark();
    // By BlueConic's clock: the watermark is compared with times that BlueConic wrote.
    this.#startedAt = await this.#client.serverTime(context.signal);
    const refinement = since && modifiedWithin({ from: since, to: this.#startedAt + dayMs });
    let cursor: string | undefined = firstCursor;
    for (let number = 1; cursor !== undefined; number++) {
      context.phase('reading');
      const page = await this.#client.segmentPage(
        {
          segmentId,
          cursor,
          count: pageRows,
          expand: ['permissions', 'segments'],
          ...(properties.length > 0 && { properties: [...properties, lastModifiedProperty] }),
          ...(refinement && { refinement }),
        },
        context.signal,
      );
      yield { name: `page ${number}`, rows: () => pageOf(page.profiles, since) };
      cursor = page.nextCursor;
    }
  }

  /** Any row to be read again holds the watermark where it is: what came after it is then read again too (R9). */
  remember(_readAgain: (unitName: string) => boolean, anyReadAgain: boolean): StoreWrite[] {
    if (anyReadAgain || this.#startedAt === undefined) return [];
    return [{ space: 'watermark', key: this.#watermarkKey(), value: String(this.#startedAt - safetyMs) }];
  }

  async #watermark(): Promise<number | undefined> {
    const [stored] = await this.#store.getMany('watermark', [this.#watermarkKey()]);
    return stored && Number(stored.toString());
  }

  #watermarkKey(): string {
    return JSON.stringify([this.#settings.goalId, this.#settings.segmentId]);
  }
}

async function* pageOf(profiles: readonly unknown[], since: number | undefined): AsyncGenerator<SourceRow[]> {
  for (let from = 0; from < profiles.length; from += sliceRows) {
    const slice: SourceRow[] = [];
    for (let at = from; at < Math.min(from + sliceRows, profiles.length); at++) {
      const record = profileRecord(profiles[at]);
      if (!record) slice.push({ line: at + 1, fault: 'not a profile' });
      else if (since === undefined || isModifiedSince(record, since)) {
        slice.push({ line: at + 1, record });
      }
    }
    yield slice;
  }
}

/** Everything but the properties comes with every profile; of the properties what was asked for, which may be all. */
function askedFields(properties: readonly string[]): AskedFields {
  const asked = new Set(properties);
  const all = properties.length === 0;
  return { has: ([root, name]) => all || root !== 'properties' || name === undefined || asked.has(name) };
}
