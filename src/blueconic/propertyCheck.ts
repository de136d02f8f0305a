import { SyncError } from '../errors/syncError';
import type { FieldChange, ProfileUpdate } from '../mapping/profileUpdate';
import { type Attempt, gaveUpVerdict, type RetryOptions, retrying } from '../run/retry';
import type { RefusedAttribute, SendContext, Verdict } from '../run/sinkTarget';
import type { BlueConicClient } from './blueconicClient';
import { isPropertyId } from './bulkEntries';
import { filterTypeFor, readableName } from './propertyType';

/** The part of the client that knows properties. */
export type PropertyDirectory = Pick<
  BlueConicClient,
  'profileProperties' | 'findProperty' | 'createProperty'
>;

export interface PropertyCheckOptions {
  directory: PropertyDirectory;
  /** Create what BlueConic does not have. */
  create: boolean;
  retry: RetryOptions;
}

/** What is left of an update without the properties that BlueConic does not have. */
export interface CheckedUpdate {
  update: ProfileUpdate;
  refused: RefusedAttribute[];
  /** No way is left to find the profile. */
  rejected?: string;
}

/** Written by special ids that need not be in the list of properties (contracts: blueconic 3.4). */
const specialProperties = ['privacy_legislation', 'consented_objectives', 'refused_objectives'];
/** More new ids in one run come of names made of data, and properties are hard to get rid of. */
const maxCreated = 200;
/** More names than this would grow the ledger without bound; what comes after goes without its name. */
const maxNamed = 100;
/** As many tries tell that an address is wrong, as long as nothing was ever answered. */
const triesWithoutAnyAnswer = 3;

/**
 * Which properties the tenant has, for one run. What BlueConic does with a property that it does not have is not
 * documented (an error, silence, a text property made on the way), so such a property is either created first or left
 * out with a reason. The list is read once; an id that is not on it is looked up by itself before anything is concluded,
 * since an application without the right to personal data may see a shorter list.
 *
 * Identifiers are never created: a property must be made a unique identifier on purpose, as that lets profiles merge.
 *
 * Without `create` this is a courtesy: where the list cannot be read, every property counts as known.
 */
export class PropertyCheck {
  readonly #options: PropertyCheckOptions;
  readonly #known = new Set<string>(specialProperties);
  /** Ids that are not to be sent, with the reason. */
  readonly #missing = new Map<string, string>();
  readonly #lookups = new Map<string, Promise<Verdict | undefined>>();
  #listing: Promise<Verdict | undefined> | undefined;
  #unreadable = false;
  #answered = false;
  #created = 0;

  constructor(options: PropertyCheckOptions) {
    this.#options = options;
  }

  /** Something was found missing: updates have to be looked through with `without`. */
  get anyMissing(): boolean {
    return this.#missing.size > 0;
  }

  /**
   * Resolves once every property that these updates name is known, created, or known to be missing.
   *
   * @returns a verdict on all of them where BlueConic cannot be asked for a passing cause: nothing was sent of them.
   * @throws SyncError where only a changed setting helps, above all `BLUECONIC_SCOPE_MISSING`; nothing was sent.
   */
  async settle(
    updates: readonly { update: ProfileUpdate }[],
    context: SendContext,
  ): Promise<Verdict | undefined> {
    if (this.#unreadable) return undefined;
    const fresh = this.#fresh(updates);
    if (fresh.size === 0) return undefined;
    this.#listing ??= this.#list(context);
    const stuck = await this.#listing;
    if (stuck) {
      this.#listing = undefined;
      return stuck;
    }
    if (this.#unreadable) return undefined;
    for (const [id, change] of fresh) {
      const lookup = this.#lookup(id, change, context);
      const undecided = await lookup;
      if (undecided) return undecided;
    }
    return undefined;
  }

  /** What may be sent of an update. */
  without(update: ProfileUpdate): CheckedUpdate {
    const refused: RefusedAttribute[] = [];
    const changes: FieldChange[] = [];
    for (const change of update.changes) {
      const reason = this.#missing.get(change.field);
      if (reason === undefined) changes.push(change);
      else refused.push({ field: change.field, reason });
    }
    const match = update.match.filter((group) => !group.some(({ field }) => this.#missing.has(field)));
    if (match.length > 0) return { update: { ...update, match, changes }, refused };
    const gone = update.match.flat().find(({ field }) => this.#missing.has(field));
    const rejected = `identifier: ${this.#missing.get(gone?.field ?? '') ?? 'property-unknown'}`;
    return { update, refused, rejected };
  }

  /** Ids that nothing is known of yet, with the change that names them first; identifiers without. */
  #fresh(updates: readonly { update: ProfileUpdate }[]): Map<string, FieldChange | undefined> {
    const fresh = new Map<string, FieldChange | undefined>();
    for (const { update } of updates) {
      for (const change of update.changes) {
        const { field } = change;
        if (!this.#known.has(field) && !this.#missing.has(field) && !fresh.has(field) && isPropertyId(field))
          fresh.set(field, change);
      }
      for (const group of update.match) {
        for (const { field } of group) {
          if (!this.#known.has(field) && !this.#missing.has(field)) fresh.set(field, undefined);
        }
      }
    }
    return fresh;
  }

  async #list(context: SendContext): Promise<Verdict | undefined> {
    const { directory, create } = this.#options;
    const read = async (): Promise<void> => {
      for await (const { id } of directory.profileProperties(context.abandoned)) this.#known.add(id);
    };
    if (create) return this.#asking(read, context);
    try {
      await read();
    } catch {
      // Whatever the reason: the entries themselves will be answered, or not, for the same one.
      this.#unreadable = true;
    }
    return undefined;
  }

  /** Two requests that name the same new id wait for the same answer. */
  #lookup(id: string, change: FieldChange | undefined, context: SendContext): Promise<Verdict | undefined> {
    if (this.#known.has(id) || this.#missing.has(id)) return Promise.resolve(undefined);
    let lookup = this.#lookups.get(id);
    if (!lookup) {
      const mayCreate = this.#options.create && change !== undefined;
      lookup = mayCreate ? this.#create(id, change, context) : this.#find(id, context);
      this.#lookups.set(id, lookup);
      const forget = (): void => void this.#lookups.delete(id);
      lookup.then(forget, forget);
    }
    return lookup;
  }

  async #find(id: string, context: SendContext): Promise<undefined> {
    try {
      if (await this.#isThere(id, context)) this.#known.add(id);
      else this.#isMissing(id, 'property-unknown');
    } catch {
      // Nobody can tell, so BlueConic shall.
      this.#known.add(id);
    }
  }

  async #create(id: string, change: FieldChange, context: SendContext): Promise<Verdict | undefined> {
    if (this.#created >= maxCreated) {
      this.#isMissing(id, 'too-many-new-properties');
      return undefined;
    }
    const property = { id, name: readableName(id), filterType: filterTypeFor(change) };
    const { directory } = this.#options;
    // A try without an answer may have created it all the same.
    let mayBeOurs = false;
    return this.#asking(async () => {
      try {
        const isNew =
          !(await this.#isThere(id, context)) &&
          (await directory.createProperty(property, context.abandoned)).created;
        this.#known.add(id);
        if (!isNew && !mayBeOurs) return;
        this.#created++;
        context.fieldCreated(id);
      } catch (thrown) {
        if (!(thrown instanceof SyncError)) throw thrown;
        mayBeOurs ||= thrown.maybeApplied;
        // BlueConic does not want this one: that is no reason to do without the others.
        if (thrown.code !== 'BLUECONIC_REQUEST_REFUSED') throw thrown;
        this.#isMissing(id, 'property-not-created');
      }
    }, context);
  }

  /** The list may be read: what is refused then is to look at this property, so there is one. */
  async #isThere(id: string, context: SendContext): Promise<boolean> {
    try {
      return (await this.#options.directory.findProperty(id, context.abandoned)) !== undefined;
    } catch (thrown) {
      if (thrown instanceof SyncError && thrown.code === 'BLUECONIC_SCOPE_MISSING') return true;
      throw thrown;
    }
  }

  #isMissing(id: string, reason: string): void {
    this.#missing.set(id, this.#missing.size < maxNamed ? `${reason}: ${id}` : reason);
  }

  /** Asks until answered or until the deadline. No row was sent yet, whatever comes of it. */
  async #asking(ask: () => Promise<void>, context: SendContext): Promise<Verdict | undefined> {
    let tries = 0;
    const attempt = async (): Promise<Attempt<undefined>> => {
      tries++;
      try {
        await ask();
        this.#answered = true;
        return { done: undefined };
      } catch (thrown) {
        if (!(thrown instanceof SyncError) || thrown.retry === 'never') throw thrown;
        this.#answered ||= thrown.status !== undefined;
        if (!this.#answered && tries >= triesWithoutAnyAnswer) throw thrown;
        const { code, retryAfterMs } = thrown;
        return {
          again: code,
          maybeApplied: false,
          ...(retryAfterMs !== undefined && { waitMs: retryAfterMs }),
        };
      }
    };
    try {
      const tried = await retrying(attempt, context, this.#options.retry);
      return 'done' in tried ? undefined : gaveUpVerdict(tried);
    } catch (thrown) {
      throw notApplied(thrown);
    }
  }
}

/** The rows of the request are certainly unsent, even where the property may have been created. */
function notApplied(thrown: unknown): unknown {
  if (!(thrown instanceof SyncError) || !thrown.maybeApplied) return thrown;
  const { code, advice, retry, status, retryAfterMs } = thrown;
  const message = thrown.message.slice(0, thrown.message.length - advice.length).trimEnd();
  return new SyncError({
    code,
    message,
    advice,
    retry,
    ...(status !== undefined && { status }),
    ...(retryAfterMs !== undefined && { retryAfterMs }),
  });
}
