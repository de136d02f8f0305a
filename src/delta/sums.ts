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
  /** Nothing is sent, so nothing is remembered. */
  dryRun?: boolean;
}

/** One row with something that must not be sent twice, by the place that it keeps however often it is read. */
export interface SumRow {
  /** The same for the same rows in every run that may read them: a file's key and version, or a unit of one run. */
  unit: string;
  row: number;
  update: ProfileUpdate;
  /** An earlier run has sent what must not be repeated of this row, and has forgotten its intent since. */
  readBefore?: boolean;
}

/** Something that is about to be sent once: durable before, so that it is never sent again (R13). */
export interface SumIntent {
  key: string;
  moves: { total: Total; amount: number }[];
}

/** What remains of a row's update once its sums are known as amounts. */
export interface ResolvedRow {
  /** Everything that may be sent twice; absent where there is nothing else. */
  plain?: ProfileUpdate;
  /** What is sent once: amounts to add, events, purchases; absent where there is none of it. */
  sums?: { update: ProfileUpdate; intent: SumIntent };
  /**
   * The row's sums were sent before: by an earlier run that knew, or told, what became of them; or just before an
   * interruption, and nobody knows.
   */
  sentBefore?: 'settled' | 'unknown';
}

/** The remembered number of one field of one profile, while rows of this run are busy with it. */
interface Total {
  key: Buffer;
  id: string;
  /** What the store holds; undefined: nothing yet. */
  stored: number | undefined;
  /** What it will hold if everything that was made out so far arrives. */
  planned: number | undefined;
  /** Rows that are busy with it. With none it is let go, so that memory does not grow with the profiles. */
  users: number;
}

/** An intent whose outcome was told, in a file that may be read again: its row is not told of a second time. */
const settledMark = 'settled';
const sentMark = 'sent';

/**
 * Sums, at most once. A source tells totals, the targets take increments: so the last total of each profile and field is
 * remembered, and what is sent is the difference (R12). The remembered total moves before the difference is sent, and
 * back only if an answer proves that nothing was applied (R13). Events, purchases and objects added to lists cannot be
 * repeated either and go the same way.
 */
export class Sums {
  readonly #options: SumsOptions;
  readonly #totals = new Map<string, Total>();

  constructor(options: SumsOptions) {
    this.#options = options;
  }

  /** Makes out what is to be sent of each row. One call at a time; first totals are remembered when it resolves. */
  async resolve(rows: readonly SumRow[]): Promise<ResolvedRow[]> {
    const held = this.#hold(rows);
    try {
      const { store, target, dryRun } = this.#options;
      const unknown = held.filter(({ isNew }) => isNew).map(({ total }) => total);
      const [intents, stored] = await Promise.all([
        store.getMany(
          'intent',
          rows.map((row) => this.#intentKey(row)),
        ),
        store.getMany(
          'number',
          unknown.map(({ key }) => key),
        ),
      ]);
      for (const [at, total] of unknown.entries()) {
        total.stored = stored[at] && Number(stored[at].toString());
        total.planned = total.stored;
      }
      const remembered: StoreWrite[] = [];
      const resolved = rows.map((row, at) => this.#resolved(row, intents[at], remembered));
      if (remembered.length > 0 && !dryRun) await store.commit([targetWrite(target), ...remembered]);
      return resolved;
    } finally {
      for (const { total } of held) this.#letGo(total);
    }
  }

  /** Makes intents durable, and with them the totals as if the sums had arrived. Call it before sending. */
  async intend(intents: readonly SumIntent[]): Promise<void> {
    const writes = intents.flatMap((intent): StoreWrite[] => [
      { space: 'intent', key: intent.key, value: sentMark },
      ...intent.moves.map(({ total, amount }) => moved(total, amount)),
    ]);
    const guards = intents.map(({ key }) => ({ space: 'intent' as const, key }));
    const written = await this.#options.store.putIfAbsent(
      [targetWrite(this.#options.target), ...writes],
      guards,
    );
    // Two rows of one place in one run: the run engine counts a row once, so this is a fault of ours.
    if (!written) throw new Error('an intent was already there');
  }

  /** An answer proves that nothing was applied: the totals go back, and the rows may be sent again. */
  async takeBack(intents: readonly SumIntent[]): Promise<void> {
    const writes = intents.flatMap((intent): StoreWrite[] => [
      intentDelete(intent.key),
      ...intent.moves.map(({ total, amount }) => {
        total.planned = sum(total.planned ?? 0, -amount);
        return moved(total, -amount);
      }),
    ]);
    try {
      await this.#options.store.commit(writes);
    } finally {
      for (const intent of intents) this.#done(intent);
    }
  }

  /** What to write together with the row's outcome, once it is known, or known to be unknown. */
  settle(intent: SumIntent, outcome: Extract<Outcome, 'accepted' | 'unknown'>): StoreWrite[] {
    this.#done(intent);
    // The rows of a file may be read again in another run: then only the intent says that they were dealt with.
    const mayComeAgain = this.#options.meaning === 'amount' || outcome === 'unknown';
    return [
      mayComeAgain ? { space: 'intent', key: intent.key, value: settledMark } : intentDelete(intent.key),
    ];
  }

  /** What to write together with the outcome of a row that was sent before an interruption: it is told now. */
  toldUnknown(row: SumRow): StoreWrite {
    return { space: 'intent', key: this.#intentKey(row), value: settledMark };
  }

  /** The row will not be sent after all. Only before `intend`. */
  drop(intent: SumIntent): void {
    for (const { total, amount } of intent.moves) total.planned = sum(total.planned ?? 0, -amount);
    this.#done(intent);
  }

  #resolved(row: SumRow, intent: Buffer | undefined, remembered: StoreWrite[]): ResolvedRow {
    const changes = row.update.changes.filter((change) => !isOnce(change));
    const { events: _events, purchases: _purchases, ...update } = row.update;
    const plain = changes.length > 0 && { plain: { ...update, changes } };
    if (row.readBefore) return { ...plain, sentBefore: 'settled' };
    if (intent !== undefined) {
      return { ...plain, sentBefore: intent.toString() === settledMark ? 'settled' : 'unknown' };
    }
    const sums = this.#once(row, remembered);
    return { ...plain, ...(sums && { sums }) };
  }

  #once(row: SumRow, remembered: StoreWrite[]): ResolvedRow['sums'] {
    const changes: FieldChange[] = [];
    const moves: SumIntent['moves'] = [];
    for (const change of row.update.changes) {
      if (!isOnce(change)) continue;
      if (isSum(change)) this.#addSum(row.update, change, changes, moves, remembered);
      else changes.push(change);
    }
    const more = (row.update.events?.length ?? 0) + (row.update.purchases?.length ?? 0);
    if (changes.length + more === 0) return undefined;
    for (const { total } of moves) total.users++;
    return { update: { ...row.update, changes }, intent: { key: this.#intentKey(row), moves } };
  }

  #addSum(
    update: ProfileUpdate,
    change: FieldChange,
    changes: FieldChange[],
    moves: SumIntent['moves'],
    remembered: StoreWrite[],
  ): void {
    const value = Number(change.values[0]);
    if (this.#options.meaning === 'amount') {
      if (value !== 0) changes.push(change);
      return;
    }
    const total = this.#totals.get(this.#totalKey(update, change.field).toString('latin1'))!;
    const { planned } = total;
    total.planned = value;
    const amount = sum(value, -(planned ?? 0));
    if (planned === undefined && (this.#options.firstTotal === 'remember' || amount === 0)) {
      remembered.push(moved(total, value));
    } else if (amount !== 0) {
      moves.push({ total, amount });
      const asText = typeof change.values[0] === 'string';
      changes.push({ ...change, values: [asText ? decimalText(amount) : amount] });
    }
  }

  /** Nobody may change a total between the look into the store and what is made of it, so rows hold theirs. */
  #hold(rows: readonly SumRow[]): { total: Total; isNew: boolean }[] {
    const held: { total: Total; isNew: boolean }[] = [];
    if (this.#options.meaning === 'amount') return held;
    for (const { update } of rows) {
      for (const change of update.changes) {
        if (!isSum(change)) continue;
        const key = this.#totalKey(update, change.field);
        const id = key.toString('latin1');
        const known = this.#totals.get(id);
        const total = known ?? { key, id, stored: undefined, planned: undefined, users: 0 };
        total.users++;
        if (!known) this.#totals.set(id, total);
        held.push({ total, isNew: !known });
      }
    }
    return held;
  }

  #done(intent: SumIntent): void {
    for (const { total } of intent.moves) this.#letGo(total);
  }

  #letGo(total: Total): void {
    if (--total.users === 0) this.#totals.delete(total.id);
  }

  #intentKey({ unit, row }: SumRow): string {
    return intentKey(this.#options.goalId, unit, row);
  }

  /** Begins with the profile. Two goals may add to one field, each from totals of its own. */
  #totalKey(update: ProfileUpdate, field: string): Buffer {
    const { secret, target, goalId } = this.#options;
    const profile = profileKey(secret, target, identifierOf(update.match));
    return Buffer.concat([profile, Buffer.from(`${goalId}\n${field}`)]);
  }
}

/** The update has a part that must not be sent twice. */
export function isAtMostOnce({ changes, events, purchases }: ProfileUpdate): boolean {
  for (const change of changes) if (isOnce(change)) return true;
  return (events?.length ?? 0) + (purchases?.length ?? 0) > 0;
}

/** What was about to be sent when a run was cut off for good. */
export interface OpenIntent {
  unit: string;
  row: number;
  /** Says that it was told of. */
  told: StoreWrite;
}

/** A goal's intents without an outcome. Of a run that cannot go on, these are the rows that may have been sent. */
export async function* openIntents(store: StateStore, goalId: string): AsyncGenerator<OpenIntent> {
  const prefix = intentPrefix(goalId);
  for await (const { key, value } of store.list('intent', prefix)) {
    if (value.toString() !== sentMark) continue;
    const end = key.lastIndexOf('\n');
    const told = { space: 'intent' as const, key, value: settledMark };
    yield { unit: key.slice(prefix.length, end), row: Number(key.slice(end + 1)), told };
  }
}

/** Intents deleted in one transaction: a file of millions of rows leaves one each. */
const deletedTogether = 10_000;

/** Deletes a goal's intents: once a run has succeeded, none of its rows can come again. */
export async function deleteIntents(store: StateStore, goalId: string): Promise<void> {
  let deletes: StoreWrite[] = [];
  for await (const key of store.keys('intent', intentPrefix(goalId))) {
    deletes.push({ space: 'intent', key, value: undefined });
    if (deletes.length < deletedTogether) continue;
    await store.commit(deletes);
    deletes = [];
  }
  if (deletes.length > 0) await store.commit(deletes);
}

function intentPrefix(goalId: string): string {
  return `${goalId}\n`;
}

function intentKey(goalId: string, unit: string, row: number): string {
  return `${intentPrefix(goalId)}${unit}\n${row}`;
}

function intentDelete(key: string): StoreWrite {
  return { space: 'intent', key, value: undefined };
}

/** Moves by an amount, not to a value: other rows of the profile may be under way. */
function moved(total: Total, amount: number): StoreWrite {
  total.stored = sum(total.stored ?? 0, amount);
  return { space: 'number', key: total.key, value: decimalText(total.stored) };
}

function isOnce(change: FieldChange): boolean {
  return (
    isSum(change) || (change.strategy === 'add' && change.values.some((value) => typeof value === 'object'))
  );
}

/** Towards BlueConic numbers travel as text. A sum without a number stays among the plain changes: the target refuses it. */
function isSum(change: FieldChange): boolean {
  const [value] = change.values;
  return change.strategy === 'sum' && value !== undefined && value !== '' && Number.isFinite(Number(value));
}

/** Decimals of money and the like add up without the noise of binary fractions. */
function sum(value: number, amount: number): number {
  return Number((value + amount).toFixed(9));
}
