import { decimalText } from '../mapping/decimalText';
import type { FieldChange, ProfileUpdate } from '../mapping/profileUpdate';
import type { Outcome } from '../run/ledger';
import type { StateStore, StoreWrite } from '../store/store';
import { identifierOf, profileKey } from './profileKey';
import { targetWrite } from './targets';

/** What the source's numbers mean: totals as of now, or amounts that each row adds once. */
export type NumberMeaning = 'total' | 'amount';

export interface SumsOptions {
  store: StateStore;
  /** Of the store; makes keys of profiles unreadable. */
  secret: Buffer;
  /** Which system and workspace is added to. */
  target: string;
  goalId: string;
  meaning: NumberMeaning;
  /** What the first total of a profile does: it is only remembered, or added as it is. */
  firstTotal: 'remember' | 'add';
}

/** One row with sums, by the place that it keeps however often it is read. */
export interface SumRow {
  /** The same for the same rows in every run that may read them: a file's key and version, or a unit of one run. */
  unit: string;
  row: number;
  update: ProfileUpdate;
}

/** A sum that is about to be sent: durable before, so that it is never sent again (R13). */
export interface SumIntent {
  key: string;
  moves: { key: Buffer; id: string; from: number | undefined; to: number }[];
}

/** What remains of a row's update once its sums are known as amounts. */
export interface ResolvedRow {
  /** Everything but the sums; absent where there is nothing else. */
  plain?: ProfileUpdate;
  /** The amounts to add; absent where there is nothing to add. */
  sums?: { update: ProfileUpdate; intent: SumIntent };
  /** An earlier life of the run sent these sums, and nobody knows whether they arrived. */
  sentBefore: boolean;
}

/**
 * Sums, at most once. A source tells totals, the targets take increments: so the last total of each profile and field is
 * remembered, and what is sent is the difference (R12). The remembered total moves before the difference is sent, and
 * back only if an answer proves that nothing was applied (R13).
 */
export class Sums {
  readonly #options: SumsOptions;
  /** Totals that moved in this run, ahead of what the store has: a profile may come twice in a run. */
  readonly #moved = new Map<string, number | undefined>();

  constructor(options: SumsOptions) {
    this.#options = options;
  }

  async resolve(rows: readonly SumRow[]): Promise<{ resolved: ResolvedRow[]; remembered: StoreWrite[] }> {
    const { store } = this.#options;
    const intents = await store.getMany(
      'intent',
      rows.map((row) => this.#intentKey(row)),
    );
    const totals = await this.#totals(rows);
    const remembered: StoreWrite[] = [];
    const resolved = rows.map((row, at) => {
      const plain = withChanges(row.update, (change) => !isSum(change));
      if (intents[at] !== undefined) return { ...(plain && { plain }), sentBefore: true };
      const sums = this.#amounts(row, totals, remembered);
      return { ...(plain && { plain }), ...(sums && { sums }), sentBefore: false };
    });
    if (remembered.length > 0) remembered.push(targetWrite(this.#options.target));
    return { resolved, remembered };
  }

  /** Makes intents durable, and with them the totals as if the sums had arrived. Call it before sending. */
  async intend(intents: readonly SumIntent[]): Promise<void> {
    const target = targetWrite(this.#options.target);
    const writes = intents.flatMap((intent): StoreWrite[] => [
      { space: 'intent', key: intent.key, value: new Date().toISOString() },
      ...intent.moves.map(({ key, to }): StoreWrite => ({ space: 'number', key, value: decimalText(to) })),
    ]);
    const guards = intents.map(({ key }) => ({ space: 'intent' as const, key }));
    const written = await this.#options.store.putIfAbsent([target, ...writes], guards);
    // Two rows of one place in one run: the run engine counts a row once, so this is a fault of ours.
    if (!written) throw new Error('an intent was already there');
  }

  /** What to write, together with the row's outcome, once the outcome of its sums is known. */
  settle(intent: SumIntent, outcome: Outcome): StoreWrite[] {
    if (outcome === 'unknown') return [];
    if (outcome === 'accepted') {
      // The rows of a file may be read again in another run: then only the intent says that they were added.
      return this.#options.meaning === 'amount' ? [] : [intentDelete(intent)];
    }
    const back = intent.moves.map(({ key, id, from }): StoreWrite => {
      this.#moved.set(id, from);
      return { space: 'number', key, value: from === undefined ? undefined : decimalText(from) };
    });
    return [...back, intentDelete(intent)];
  }

  async #totals(rows: readonly SumRow[]): Promise<Map<string, number | undefined>> {
    if (this.#options.meaning === 'amount') return new Map();
    const keys = new Map<string, Buffer>();
    for (const { update } of rows) {
      for (const change of update.changes) {
        if (!isSum(change)) continue;
        const key = this.#totalKey(update, change.field);
        keys.set(key.toString('latin1'), key);
      }
    }
    const stored = await this.#options.store.getMany('number', [...keys.values()]);
    return new Map([...keys.keys()].map((id, at) => [id, stored[at] && Number(stored[at].toString())]));
  }

  #amounts(
    row: SumRow,
    totals: ReadonlyMap<string, number | undefined>,
    remembered: StoreWrite[],
  ): ResolvedRow['sums'] {
    const changes: FieldChange[] = [];
    const moves: SumIntent['moves'] = [];
    for (const change of row.update.changes) {
      if (!isSum(change)) continue;
      const value = Number(change.values[0]);
      if (this.#options.meaning === 'amount') {
        if (value !== 0) changes.push(change);
        continue;
      }
      const key = this.#totalKey(row.update, change.field);
      const id = key.toString('latin1');
      const from = this.#moved.has(id) ? this.#moved.get(id) : totals.get(id);
      this.#moved.set(id, value);
      if (from === undefined && this.#options.firstTotal === 'remember') {
        remembered.push({ space: 'number', key, value: decimalText(value) });
        continue;
      }
      const amount = difference(value, from ?? 0);
      if (amount === 0) {
        if (from === undefined) remembered.push({ space: 'number', key, value: decimalText(value) });
        continue;
      }
      moves.push({ key, id, from, to: value });
      changes.push({
        ...change,
        values: [typeof change.values[0] === 'string' ? decimalText(amount) : amount],
      });
    }
    if (changes.length === 0) return undefined;
    const { events: _events, purchases: _purchases, ...update } = row.update;
    return { update: { ...update, changes }, intent: { key: this.#intentKey(row), moves } };
  }

  #intentKey({ unit, row }: SumRow): string {
    return intentKey(this.#options.goalId, unit, row);
  }

  #totalKey(update: ProfileUpdate, field: string): Buffer {
    const { secret, target } = this.#options;
    const profile = profileKey(secret, target, identifierOf(update.match));
    return Buffer.concat([profile, Buffer.from(field)]);
  }
}

export function hasSums(update: ProfileUpdate): boolean {
  for (const change of update.changes) if (isSum(change)) return true;
  return false;
}

/** Deletes of a goal's intents: once a run has succeeded, none of its rows can come again. */
export async function intentDeletes(store: StateStore, goalId: string): Promise<StoreWrite[]> {
  const deletes: StoreWrite[] = [];
  for await (const { key } of store.list('intent', intentPrefix(goalId))) {
    deletes.push({ space: 'intent', key, value: undefined });
  }
  return deletes;
}

function intentPrefix(goalId: string): string {
  return `${goalId}\n`;
}

function intentKey(goalId: string, unit: string, row: number): string {
  return `${intentPrefix(goalId)}${unit}\n${row}`;
}

function intentDelete({ key }: SumIntent): StoreWrite {
  return { space: 'intent', key, value: undefined };
}

function withChanges(
  update: ProfileUpdate,
  keep: (change: FieldChange) => boolean,
): ProfileUpdate | undefined {
  const changes = update.changes.filter(keep);
  const more = (update.events?.length ?? 0) + (update.purchases?.length ?? 0);
  return changes.length + more > 0 ? { ...update, changes } : undefined;
}

/** Towards BlueConic numbers travel as text. A sum without a number stays among the plain changes: the target refuses it. */
function isSum(change: FieldChange): boolean {
  const [value] = change.values;
  return change.strategy === 'sum' && value !== undefined && value !== '' && Number.isFinite(Number(value));
}

/** Decimals of money and the like subtract without the noise of binary fractions. */
function difference(value: number, from: number): number {
  return Number((value - from).toFixed(9));
}
