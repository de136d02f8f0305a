import type { ChangeRules } from '../delta/changeDetector';
import type { ProfileUpdate } from '../mapping/profileUpdate';
import { Pace } from '../pace/pace';
import { Delivery, defaultDeadlineMs, sameVerdict } from '../run/delivery';
import type { RetryOptions } from '../run/retry';
import type { Prepared, RefusedAttribute, SendContext, SinkTarget, Verdict } from '../run/sinkTarget';
import type { BlueConicClient } from './blueconicClient';
import { maxBulkEntries } from './bulkAnswer';
import { type BulkEntry, bulkEntry, type EntrySettings } from './bulkEntries';
import { BulkSending } from './bulkSending';
import { Emptying, type ProfileReader } from './emptying';
import { profileChangeRules } from './profileChanges';
import { PropertyCheck, type PropertyCheckOptions, type PropertyDirectory } from './propertyCheck';

export interface ProfilesTargetSettings {
  /** More than 1,000 count as 1,000 (contracts: blueconic 3.4). */
  entriesPerRequest: number;
  /** At most; fewer while BlueConic says that there are too many at once. */
  requestsInFlight: number;
  /** How long and how fast a request is tried again. Default: for five minutes. */
  retry?: Partial<RetryOptions>;
  /** Where properties are looked up before they are written, and whether missing ones are created; absent: nothing is. */
  properties?: { directory: PropertyDirectory; create: boolean };
  /** Where profiles are read that were told to be empty somewhere; absent: an empty `SET` is trusted. */
  profiles?: ProfileReader;
  /** Profiles that these objectives may not touch, for want of consent, are left alone (contracts: blueconic 5.3). */
  objectiveIds?: readonly string[];
  entry?: EntrySettings;
}

/** One profile's entry, already JSON, so that a request's size is known before it is made. */
export interface ProfileItem {
  identifier: string;
  /** As bytes: hundreds of entries joined as one text cost more than everything else that is done for them. */
  json: Buffer;
  /** Property rules in the entry. */
  rules: number;
  /** Ids of the properties that the entry empties; absent where it empties none. */
  emptied?: readonly string[];
  /** What the entry was made of. The sink holds on to it anyway, until the row is settled. */
  update: ProfileUpdate;
}

/** No limit is documented; this keeps one request's JSON from holding the event loop. */
const bytesPerRequest = 8_000_000;

/** Names a tenant for what is remembered of its profiles. */
export function profilesTargetName({ url }: Pick<BlueConicClient, 'url'>): string {
  return `blueconic ${url}`;
}

/** Executes profile updates on BlueConic through `PUT /profiles`, and brings every result back to its profile. */
export class ProfilesTarget implements SinkTarget<ProfileItem> {
  readonly name: string;
  readonly objectsPerRequest: number;
  readonly bytesPerRequest = bytesPerRequest;
  readonly changeRules: ChangeRules;
  readonly #pace: Pace;
  readonly #sending: BulkSending;
  readonly #checking: PropertyCheckOptions | undefined;
  /** By run: what a tenant has may change from one to the next. */
  readonly #checks = new WeakMap<SendContext['work'], PropertyCheck>();
  readonly #entry: EntrySettings;
  readonly #emptying: Emptying | undefined;
  #nextIdentifier = 1;

  constructor(client: Pick<BlueConicClient, 'putProfiles' | 'url'>, settings: ProfilesTargetSettings) {
    this.name = profilesTargetName(client);
    this.objectsPerRequest = Math.min(settings.entriesPerRequest, maxBulkEntries);
    this.#pace = new Pace({ ...settings.retry, most: settings.requestsInFlight });
    const delivery = new Delivery(this.#pace, settings.retry);
    this.#sending = new BulkSending(client, delivery, settings.objectiveIds ?? []);
    this.#entry = settings.entry ?? {};
    this.changeRules = profileChangeRules(this.#entry);
    this.#emptying = settings.profiles && new Emptying(settings.profiles);
    const retry = { deadlineMs: defaultDeadlineMs, ...settings.retry };
    this.#checking = settings.properties && { ...settings.properties, retry };
  }

  get requestsInFlight(): number {
    return this.#pace.width;
  }

  prepare(update: ProfileUpdate): ReturnType<SinkTarget<ProfileItem>['prepare']> {
    const identifier = String(this.#nextIdentifier++);
    const made = bulkEntry(update, identifier, this.#entry);
    if ('rejected' in made) return { rejected: made.rejected, refused: [] };
    if (!made.entry) return { rejected: made.refused[0]?.reason ?? 'nothing to send', refused: made.refused };
    const item = itemOf(made.entry, update);
    return {
      item,
      objects: 1,
      bytes: item.json.length + 1,
      repeatable: made.repeatable,
      refused: made.refused,
    } satisfies Prepared<ProfileItem>;
  }

  async send(items: readonly ProfileItem[], repeatable: boolean, context: SendContext): Promise<Verdict[]> {
    const check = this.#checkOf(context);
    const stuck = await check?.settle(items, context);
    if (stuck) return sameVerdict(items.length, stuck);
    if (!check?.anyMissing) return this.#deliver(items, repeatable, context);
    const checked = items.map((item) => withoutMissing(item, check, this.#entry));
    const left = checked.flatMap(({ item }) => (item ? [item] : []));
    const verdicts = left.length === 0 ? [] : await this.#deliver(left, repeatable, context);
    let next = 0;
    return checked.map(({ item, refused, reason, onlyAttributes }) => {
      const verdict: Verdict = item ? verdicts[next++]! : { outcome: 'rejected', reason, onlyAttributes };
      return refused.length === 0
        ? verdict
        : { ...verdict, refused: [...refused, ...(verdict.refused ?? [])] };
    });
  }

  async #deliver(
    items: readonly ProfileItem[],
    repeatable: boolean,
    context: SendContext,
  ): Promise<Verdict[]> {
    const { verdicts, results } = await this.#sending.send(items, repeatable, context);
    if (!this.#emptying || results.every((result) => result === undefined)) return verdicts;
    const removals = (rest: readonly ProfileItem[]) => this.#deliver(rest, true, context);
    return this.#emptying.complete({ items, results, verdicts }, removals, context);
  }

  #checkOf({ work }: SendContext): PropertyCheck | undefined {
    if (!this.#checking) return undefined;
    let check = this.#checks.get(work);
    if (!check) {
      check = new PropertyCheck(this.#checking);
      this.#checks.set(work, check);
    }
    return check;
  }
}

function itemOf(entry: BulkEntry, update: ProfileUpdate): ProfileItem {
  const { identifier, properties } = entry;
  const item: ProfileItem = {
    identifier,
    json: Buffer.from(JSON.stringify(entry)),
    rules: properties.length,
    update,
  };
  for (let at = 0; at < properties.length; at++) {
    const { id, values } = properties[at]!;
    if (values.length === 0) item.emptied = item.emptied ? [...item.emptied, id] : [id];
  }
  return item;
}

interface CheckedItem {
  /** Absent where nothing is left to send. */
  item?: ProfileItem;
  refused: RefusedAttribute[];
  reason: string;
  /** It could be found, were there anything to write. */
  onlyAttributes: boolean;
}

/** The entry made anew without what BlueConic does not have; what else was refused of it is counted already. */
function withoutMissing(item: ProfileItem, check: PropertyCheck, settings: EntrySettings): CheckedItem {
  const { update, refused, rejected } = check.without(item.update);
  if (rejected !== undefined) return { refused, reason: rejected, onlyAttributes: false };
  if (refused.length === 0 && update.match.length === item.update.match.length) {
    return { item, refused, reason: '', onlyAttributes: false };
  }
  const made = bulkEntry(update, item.identifier, settings);
  if ('entry' in made && made.entry)
    return { item: itemOf(made.entry, update), refused, reason: '', onlyAttributes: false };
  return { refused, reason: refused[0]?.reason ?? 'nothing to send', onlyAttributes: !('rejected' in made) };
}
