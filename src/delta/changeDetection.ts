import { createHmac } from 'node:crypto';
import type { ProfileUpdate } from '../mapping/profileUpdate';
import type { StateStore, StoreWrite } from '../store/store';
import { AttributeTypes, rememberedTypes } from './attributeTypes';
import { ChangeDetector, type ChangeRules, type Compared } from './changeDetector';
import { FieldHasher } from './fieldHasher';
import { type HeldValues, printsOfHeld } from './heldValues';
import { identifierKind, identifierNote, notedIdentifiers } from './identifierKinds';
import { mergeable } from './mergeUpdates';
import { identifierOf, profileKey } from './profileKey';
import { type ProfilePrints, readPrints, writePrints } from './profilePrints';
import { openPermit, type PermitOptions, type SendingPermit } from './sendingPermit';
import { isNoted, targetWrite } from './targets';
import type { UserGate, Waiter } from './userGate';
import type { RefreshSettings } from './usersTrackSettings';

/** Where fingerprints are kept. */
export interface DetectionPlace {
  store: StateStore;
  /** Of the store; makes keys and fingerprints unreadable. */
  secret: Buffer;
  /** The types that attributes had are not looked at: a person wants everything read anew. */
  forgetTypes?: boolean;
}

export interface DetectionSettings {
  /** How long a profile stays closed after an answer (R11). */
  settleMs: number;
  /** Sends everything again of profiles that were last sent in full longer ago (R10). */
  refresh?: RefreshSettings;
}

export interface DetectionOptions {
  target: { name: string; rules: ChangeRules };
  place(): Promise<DetectionPlace>;
  /** Kinds of identifiers (see identifierKinds) under which what is read is remembered, beside those noted in the store. */
  identifiers?: readonly string[];
  /** Shared by all that send to the same workspace, by the name that `workspaceName` gives it. */
  gate(workspace: string): UserGate;
  settings: DetectionSettings;
  /** Nothing is sent: nothing is closed and nothing remembered. */
  dryRun: boolean;
  /** Makes writes durable together with the outcomes told now; `durable` is called then. */
  keep(writes: readonly StoreWrite[], durable: () => void): void;
}

/** One row that is to be compared. */
export interface Candidate {
  update: ProfileUpdate;
  /** It may have been sent before, and nobody knows: it is sent without comparing (R7). */
  sentBefore: boolean;
}

/** A profile that is closed because of an update of it that is worth sending. */
export interface Pending {
  key: Buffer;
  known: ProfilePrints | undefined;
  sent: ProfileUpdate;
  next: ProfilePrints;
}

/** `waiting`: somebody is busy with this profile; the row is handed to `reopened` when it is open. */
export type Looked =
  | 'waiting'
  | (Compared & { pending: Pending | undefined; refreshed: boolean; known: boolean });

/** What became of an update that was sent. `created`: the target had no such profile; `absent`: it still has none. */
export type Fate = 'applied' | 'created' | 'unknown' | 'not-applied' | 'absent';

/** Rows of one profile that waited, in the order in which they came, and what is known of it. */
type Reopened<Row> = (rows: [Row, ...Row[]], known: ProfilePrints | undefined) => void;

const dayLength = 86_400;

/**
 * Change detection for the rows of one run at one target: looks up what is remembered, says what is worth sending, and
 * remembers what was accepted.
 */
export class ChangeDetection<Row extends Candidate> {
  readonly #options: DetectionOptions;
  readonly #reopened: Reopened<Row>;
  #opening: Promise<Opened> | undefined;
  #opened: Opened | undefined;
  #refreshed = 0;

  constructor(options: DetectionOptions, reopened: Reopened<Row>) {
    this.#options = options;
    this.#reopened = reopened;
  }

  /** What is known of the types of attributes; undefined before the first look, and for targets without any. */
  get types(): AttributeTypes | undefined {
    return this.#opened?.types;
  }

  /** What the run may send, by what is remembered of the target. To be asked before anything is sent. */
  async permit(
    options: Pick<PermitOptions, 'goalId' | 'runId' | 'emptyStoreLimit' | 'tick'>,
  ): Promise<SendingPermit> {
    const { store, name } = await this.#open();
    const storeIsEmpty = !(await isNoted(store, name));
    return openPermit({ ...options, store, target: name, storeIsEmpty, dryRun: this.#options.dryRun });
  }

  /** Compares rows in their order. Rows that are not told to wait keep their profile closed until they are concluded. */
  async look(rows: readonly Row[]): Promise<Looked[]> {
    const opened = await this.#open();
    this.#noteIdentifiers(rows, opened);
    const keys = rows.map(({ update }) => this.#keyOf(update.match, opened));
    const entered = rows.map((row, at) => this.#enter(row, keys[at]!, opened));
    const wanted = keys.filter((_, at) => entered[at]);
    const found = wanted.length > 0 ? await this.#load(wanted, opened) : [];
    let next = 0;
    return rows.map((row, at) =>
      entered[at] ? this.#compare(row, keys[at]!, found[next++], opened) : 'waiting',
    );
  }

  /** As `look`, for rows of one profile that opened: the caller has merged them into one. */
  async lookAgain(row: Row, known: ProfilePrints | undefined): Promise<Looked> {
    const opened = await this.#open();
    const key = this.#keyOf(row.update.match, opened);
    const [loaded] = known ? [known] : await this.#load([key], opened);
    return this.#compare(row, key, loaded, opened);
  }

  /**
   * Remembers what the target was read to hold. What was accepted since `readSince` (epoch milliseconds), or is under
   * way, is newer than what was read. Says of each profile whether anything of it was remembered.
   */
  async remember(profiles: readonly HeldValues[], readSince: number): Promise<boolean[]> {
    const opened = await this.#open();
    const { gate, hasher, name } = opened;
    const places = profiles.flatMap((held, at) =>
      usedMatches(held, opened.identifiers).map((terms) => {
        return { at, held, key: this.#keyOf([[...terms]], opened) };
      }),
    );
    const found = await this.#load(
      places.map(({ key }) => key),
      opened,
    );
    const now = Math.floor(Date.now() / 1000);
    const writes: StoreWrite[] = [];
    const closed: Buffer[] = [];
    const remembered = profiles.map(() => false);
    for (const [place, { at, held, key }] of places.entries()) {
      const known = found[place];
      if (gate.isClosed(key) || (known && known.acceptedAt >= Math.floor(readSince / 1000))) continue;
      const prints = printsOfHeld(held, known, hasher, this.#options.target.rules, now);
      remembered[at] = true;
      // Closed until it is durable: an answer that comes meanwhile must not be overwritten.
      gate.enter(key, this, neverWaits);
      gate.answered(key, prints, 0);
      closed.push(key);
      writes.push({ space: 'fingerprint', key, value: writePrints(prints) });
    }
    if (writes.length > 0) {
      this.#options.keep([targetWrite(name), ...writes], () => {
        for (const key of closed) gate.durable(key);
      });
    }
    return remembered;
  }

  /** Tells what became of updates that were sent together. */
  conclude(pending: readonly { pending: Pending; fate: Fate; refused?: readonly string[] }[]): void {
    if (pending.length === 0 || !this.#opened) return;
    const { detector, gate, name } = this.#opened;
    const { settings, keep } = this.#options;
    const writes: StoreWrite[] = [];
    const closed: Buffer[] = [];
    for (const { pending: one, fate, refused = [] } of pending) {
      if (fate === 'not-applied' || (fate === 'absent' && !one.known)) {
        gate.leave(one.key);
        continue;
      }
      const after = printsAfter(detector, one, fate, refused);
      closed.push(one.key);
      writes.push({ space: 'fingerprint', key: one.key, value: after && writePrints(after) });
      gate.answered(one.key, after, settings.settleMs);
    }
    if (writes.length === 0) return;
    keep([targetWrite(name), ...writes], () => {
      for (const key of closed) gate.durable(key);
    });
  }

  /** The target had no such profiles a moment ago: what was known of them is of no use. Ask after a look only. */
  forget(updates: readonly ProfileUpdate[]): void {
    const opened = this.#opened;
    if (updates.length === 0 || !opened) return;
    const keys = updates.map(({ match }) => this.#keyOf(match, opened));
    this.#options.keep(
      keys.map((key) => ({ space: 'fingerprint' as const, key, value: undefined })),
      () => undefined,
    );
  }

  /** The row is not sent after all: its profile opens. */
  release(pending: Pending): void {
    this.#opened?.gate.leave(pending.key);
  }

  /** Hands back the rows that wait for their profile: they will not be sent any more. */
  dropWaiting(): Row[] {
    const dropped = this.#opened?.gate.dropWaiting(this) ?? [];
    return dropped.map((waiter) => (waiter as RowWaiter<Row>).row);
  }

  /** The run is over: nothing is kept closed on its behalf. */
  close(): void {
    this.#opened?.gate.release(this);
  }

  #open(): Promise<Opened> {
    this.#opening ??= (async () => {
      const { target, place, gate } = this.#options;
      const { store, secret, forgetTypes } = await place();
      const name = workspaceName(secret, target.name, target.rules.workspace);
      const hasher = new FieldHasher(secret);
      this.#opened = {
        store,
        secret,
        name,
        gate: gate(name),
        hasher,
        detector: new ChangeDetector(hasher, target.rules),
        identifiers: new Set([
          ...(await notedIdentifiers(store, name)),
          ...(this.#options.identifiers ?? []),
        ]),
        types:
          target.rules.types &&
          new AttributeTypes(
            name,
            target.rules.types,
            forgetTypes ? undefined : await rememberedTypes(store, name),
          ),
      };
      return this.#opened;
    })();
    return this.#opening;
  }

  #keyOf(match: ProfileUpdate['match'], { secret, name }: Opened): Buffer {
    return profileKey(secret, name, identifierOf(match));
  }

  /** A later read of the target then knows under which identifiers to remember what it finds. */
  #noteIdentifiers(rows: readonly Row[], { identifiers, name }: Opened): void {
    if (this.#options.dryRun) return;
    const { identifierFields } = this.#options.target.rules;
    for (const { update } of rows) {
      const terms = update.match[0] ?? [];
      const kind = identifierKind(terms);
      if (identifiers.has(kind)) continue;
      // What a hand-written update takes for the name of a field may be anything, a customer's address too.
      if (identifierFields && !terms.every(({ field }) => identifierFields.has(field))) continue;
      identifiers.add(kind);
      this.#options.keep([identifierNote(name, kind)], () => undefined);
    }
  }

  #enter(row: Row, key: Buffer, opened: Opened): boolean {
    if (this.#options.dryRun) return true;
    return opened.gate.enter(key, this, () => this.#waiter(row), this.#otherKeys(row, opened));
  }

  /** The keys of the other alternatives by which the row's profile may be found, where the target looks for them. */
  #otherKeys({ update: { match } }: Row, opened: Opened): Buffer[] | undefined {
    if (match.length < 2 || !this.#options.target.rules.findsByMatch) return undefined;
    return match.slice(1).map((terms) => this.#keyOf([terms], opened));
  }

  #waiter(row: Row): RowWaiter<Row> {
    return {
      owner: this,
      row,
      opened: (key, waiters, prints) => {
        const rows = waiters.map((waiter) => (waiter as RowWaiter<Row>).row);
        this.#enterAgain(rows, key, prints, this.#opened!);
      },
    };
  }

  /** Rows that waited for one profile go on: the first ones as far as one update can stand for them, the others after it. */
  #enterAgain(rows: readonly Row[], opens: Buffer, prints: ProfilePrints | undefined, opened: Opened): void {
    const keys = rows.map(({ update }) => this.#keyOf(update.match, opened));
    const key = keys[0]!;
    let together = 1;
    while (together < rows.length && keys[together]!.equals(key)) together++;
    together = mergeable(rows.slice(0, together).map(({ update }) => update));
    const [first, ...rest] = rows.slice(0, together) as [Row, ...Row[]];
    const isIn = this.#enter(first, key, opened);
    for (let at = isIn ? together : 1; at < rows.length; at++) {
      const row = rows[at]!;
      opened.gate.follow(key, this.#waiter(row), keys[at]!, this.#otherKeys(row, opened));
    }
    if (isIn) this.#reopened([first, ...rest], key.equals(opens) ? prints : undefined);
  }

  async #load(keys: Buffer[], { store }: Opened): Promise<(ProfilePrints | undefined)[]> {
    const found = await store.getMany('fingerprint', keys);
    return found.map((bytes) => bytes && readPrints(bytes));
  }

  #compare(row: Row, key: Buffer, known: ProfilePrints | undefined, { detector, gate }: Opened): Looked {
    const now = Math.floor(Date.now() / 1000);
    const refresh = !row.sentBefore && known !== undefined && this.#isDue(known, key, now);
    const compared = detector.compare(row.update, known, row.sentBefore || refresh, now);
    const { update: sent, next, same, saved, unknown } = compared;
    const nothing = !sent || !next;
    if (nothing && !this.#options.dryRun) gate.leave(key);
    if (refresh && !nothing) this.#refreshed++;
    // Named one by one: a spread of `compared` takes as long as comparing two attributes.
    return {
      update: sent,
      same,
      saved,
      unknown,
      next,
      pending: nothing || this.#options.dryRun ? undefined : { key, known, sent, next },
      refreshed: refresh && !nothing,
      known: known !== undefined,
    };
  }

  /** Spread over a tenth of the time by profile, so that what was sent in one day need not be sent again in one. */
  #isDue(known: ProfilePrints, key: Buffer, now: number): boolean {
    const { refresh } = this.#options.settings;
    if (!refresh || this.#refreshed >= refresh.cap) return false;
    if (refresh.only === 'unconfirmed' && known.confirmed) return false;
    const spread = 0.9 + (0.1 * key[0]!) / 255;
    return now - known.fullAt > refresh.days * dayLength * spread;
  }
}

function printsAfter(
  detector: ChangeDetector,
  { known, sent, next }: Pending,
  fate: Exclude<Fate, 'not-applied'>,
  refused: readonly string[],
): ProfilePrints | undefined {
  switch (fate) {
    case 'absent':
      return undefined;
    case 'unknown':
      return detector.afterUnknown(sent.changes, known);
    case 'created': {
      // What an earlier profile of this name held went with it.
      const anew = known ? detector.compare(sent, undefined, true, next.acceptedAt).next! : next;
      return detector.without(anew, refused);
    }
    case 'applied':
      return detector.without(next, refused);
  }
}

function neverWaits(): never {
  throw new Error('the profile was open a moment ago');
}

/** The usual one, and those by which updates have looked for profiles of this workspace. */
function usedMatches({ match }: HeldValues, used: ReadonlySet<string>): HeldValues['match'] {
  return match.filter((terms, at) => at === 0 || used.has(identifierKind(terms)));
}

interface RowWaiter<Row> extends Waiter {
  row: Row;
}

interface Opened extends DetectionPlace {
  name: string;
  gate: UserGate;
  hasher: FieldHasher;
  detector: ChangeDetector;
  /** The fields by which profiles of this workspace are found, each combination in one text. */
  identifiers: Set<string>;
  types: AttributeTypes | undefined;
}

/**
 * Names a workspace for what is remembered of its profiles: two workspaces of one instance must not be taken for each
 * other, and what tells them apart may be a secret.
 */
export function workspaceName(secret: Buffer, target: string, workspace: string): string {
  return `${target} ${createHmac('sha256', secret).update(`workspace\0${workspace}`).digest('hex').slice(0, 16)}`;
}
