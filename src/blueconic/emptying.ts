import { asSyncError } from '../errors/syncError';
import type { RefusedAttribute, SendContext, Verdict } from '../run/sinkTarget';
import type { BulkResult } from './bulkAnswer';
import type { ProfileItem } from './profilesTarget';
import type { HeldValues } from './profileValues';

/** Reads what a profile holds of some properties; undefined: there is no such profile. */
export interface ProfileReader {
  profileValues(
    profileId: string,
    properties: readonly string[],
    signal: AbortSignal,
  ): Promise<HeldValues | undefined>;
}

/** One request that BlueConic has answered: a result and a verdict for each item. */
export interface AnsweredRequest {
  items: readonly ProfileItem[];
  results: readonly (BulkResult | undefined)[];
  verdicts: readonly Verdict[];
}

/** Profiles of one request that are looked at while it is not known what a tenant makes of an empty `SET`. */
const looksPerRequest = 10;
/** So many looks without a value left over: the tenant empties. */
const looksEnough = 50;
const readsAtOnce = 4;

/**
 * Sees to it that properties told to be empty are empty. How a tenant takes a `SET` of no values is not documented
 * (contracts: blueconic 1.5): it may empty the property, pass over the rule, or refuse it. A refusal is told; a rule
 * passed over is not, so the first profiles are read afterwards. Where values are left, the tenant is one that needs
 * `REMOVE`: its profiles are read, and what they hold is removed. Without the scope `read:profiles` nothing can be
 * looked at, and an empty `SET` is trusted.
 */
export class Emptying {
  readonly #reader: ProfileReader;
  #way: 'not known' | 'empty SET' | 'REMOVE' = 'not known';
  #looks = 0;

  constructor(reader: ProfileReader) {
    this.#reader = reader;
  }

  /** @param send makes a request of items and judges them; the verdicts come back completed by what was removed. */
  async complete(
    request: AnsweredRequest,
    send: (items: readonly ProfileItem[]) => Promise<Verdict[]>,
    context: SendContext,
  ): Promise<Verdict[]> {
    const verdicts = [...request.verdicts];
    const rows = this.#way === 'empty SET' ? [] : rowsToEmpty(request);
    if (rows.length === 0) return verdicts;
    if (rows.some(refusesEmptying)) this.#way = 'REMOVE';
    if (this.#way === 'not known') {
      const some = rows.slice(0, looksPerRequest);
      await this.#look(some, context);
      this.#learn(some);
    }
    if (this.#way !== 'REMOVE') return verdicts;
    await this.#look(
      rows.filter((row) => row.held === undefined),
      context,
    );
    const holding = rows.filter((row) => row.held !== undefined && row.held.size > 0);
    const removed = holding.length > 0 ? await send(holding.map(removal)) : [];
    holding.forEach((row, at) => {
      row.removed = removed[at]?.outcome === 'accepted' || removed[at]?.outcome === 'unchanged';
    });
    for (const row of rows) verdicts[row.at] = completed(row, verdicts[row.at]!);
    return verdicts;
  }

  #learn(looked: readonly Row[]): void {
    for (const { held, result, item, fields } of looked) {
      if (held === undefined) continue;
      this.#looks++;
      if (held.size > 0) {
        this.#way = 'REMOVE';
        return;
      }
      // Modified by nothing but the emptying: it was not empty before.
      if (result.state === 'MODIFIED' && item.update.changes.length === fields.length)
        this.#looks = looksEnough;
    }
    if (this.#looks >= looksEnough) this.#way = 'empty SET';
  }

  /** Leaves `held` absent where nothing could be read. */
  async #look(rows: readonly Row[], { abandoned, stopped }: SendContext): Promise<void> {
    let next = 0;
    const readOn = async () => {
      while (next < rows.length && !stopped.aborted) {
        const row = rows[next++]!;
        try {
          const held = await this.#reader.profileValues(row.profileId, row.fields, abandoned);
          row.held = held ?? new Map();
        } catch (thrown) {
          const { retry, code } = asSyncError(thrown, 'reading a profile');
          if (code === 'BLUECONIC_SCOPE_MISSING' && this.#way === 'not known') this.#way = 'empty SET';
          // Not allowed, or not now: the rest would go the same way.
          if (retry === 'never') return;
        }
      }
    };
    await Promise.all(Array.from({ length: Math.min(readsAtOnce, rows.length) }, readOn));
  }
}

/** A row of the request that told BlueConic to empty something. */
interface Row {
  at: number;
  item: ProfileItem;
  result: BulkResult;
  profileId: string;
  fields: readonly string[];
  /** What is left; absent until it was read. */
  held?: HeldValues;
  removed?: boolean;
}

/** Without a profile id there is nothing to look at. A new profile has nothing to empty, but may tell a refusal. */
function rowsToEmpty({ items, results }: AnsweredRequest): Row[] {
  const rows: Row[] = [];
  for (let at = 0; at < items.length; at++) {
    const item = items[at]!;
    const result = results[at];
    if (item.emptied === undefined || result?.profileId === undefined) continue;
    const row: Row = { at, item, result, profileId: result.profileId, fields: item.emptied };
    if (result.state === 'MODIFIED' || result.state === 'UNCHANGED') rows.push(row);
    else if (result.state === 'CREATED' && refusesEmptying(row)) rows.push({ ...row, held: new Map() });
  }
  return rows;
}

function refusesEmptying({ result, fields }: Row): boolean {
  return fields.some((field) => result.invalidProperties.includes(field));
}

function removal({ item, profileId, held }: Row): ProfileItem {
  const { identifier, update } = item;
  const properties = [...held!].map(([id, values]) => ({ id, values, strategy: 'REMOVE' }));
  const json = Buffer.from(JSON.stringify({ identifier, profileId, strategy: 'UPDATE', properties }));
  return { identifier, json, rules: properties.length, update };
}

function completed({ result, item, fields, held, removed }: Row, verdict: Verdict): Verdict {
  const empty = held !== undefined && (held.size === 0 || removed === true);
  const others = result.invalidProperties.filter((field) => !fields.includes(field));
  const refused: RefusedAttribute[] = others.map((field) => ({ field, reason: 'invalid-value' }));
  if (!empty) {
    for (const field of fields) refused.push({ field, reason: 'not-emptied' });
    return item.rules > refused.length
      ? { ...verdict, refused }
      : { outcome: 'rejected', reason: 'not-emptied', repeatable: true, onlyAttributes: true, refused };
  }
  if (verdict.outcome === 'accepted') return { ...verdict, refused };
  if (removed) return { outcome: 'accepted', how: 'updated', refused };
  const allInvalid = others.length > 0 && others.length + fields.length >= item.rules;
  return allInvalid ? verdict : { outcome: 'unchanged', refused };
}
