import { ApplyQueue } from './applyQueue';
import { attributeError } from './attributeRules';
import { AttributeStore } from './attributeStore';
import { type CompactOptions, type CompactUser, CompactUsers } from './compactUsers';
import type { AttributeType } from './customValues';
import { DataPointMeter, type DataPointReport } from './dataPoints';
import { EventLog } from './eventLog';
import type { ExportBucket } from './exportJob';
import { ProfilePopulation } from './population';
import { type PeopleRange, personRecord } from './seed';
import { SegmentExports } from './segmentExports';
import { type Population, type Segment, SegmentList } from './segments';
import { type BrazeSettingsPatch, SettingsInForce } from './settings';
import { ProfileTarget, type TrackTarget } from './trackTarget';
import { attributesOf, type BrazeUserRecord, recordOf } from './userRecord';
import { type BrazeUser, UserDirectory } from './users';

export interface WorkspaceOptions {
  settings: BrazeSettingsPatch | undefined;
  segments: readonly Segment[];
  bucket: ExportBucket | undefined;
  rootPath: string;
  compact: CompactOptions | undefined;
  url(): string;
}

/** Everything the sandbox's Braze holds, without HTTP. */
export class Workspace {
  readonly settings: SettingsInForce;
  readonly queue: ApplyQueue;
  readonly segments: SegmentList;
  readonly population: Population;
  readonly exports: SegmentExports;
  readonly events = new EventLog();
  readonly users = new UserDirectory();
  /** In its place the full profiles stay empty. */
  readonly compact: CompactUsers | undefined;
  readonly target: TrackTarget;
  readonly url: () => string;
  readonly #attributes: AttributeStore;
  readonly #meter = new DataPointMeter();

  constructor(options: WorkspaceOptions) {
    this.settings = new SettingsInForce(options.settings);
    this.queue = new ApplyQueue(this.settings);
    this.segments = new SegmentList(options.segments);
    this.#attributes = new AttributeStore(this.users, this.settings);
    this.compact = options.compact && new CompactUsers(options.compact, this.settings);
    this.population = this.compact ?? new ProfilePopulation(this.users);
    this.target =
      this.compact ??
      new ProfileTarget({
        users: this.users,
        attributes: this.#attributes,
        events: this.events,
        meter: this.#meter,
        settings: this.settings,
        queue: this.queue,
      });
    this.url = options.url;
    this.exports = new SegmentExports({
      segments: this.segments,
      population: this.population,
      settings: this.settings,
      bucket: options.bucket,
      rootPath: options.rootPath,
      url: options.url,
    });
  }

  seedPeople(range: PeopleRange): void {
    if (this.compact) {
      this.compact.seedPeople(range);
      return;
    }
    for (let index = range.from; index < range.to; index++) this.#add(personRecord(range.seed, index));
  }

  /** Throws an `Error` that names the first record Braze would refuse; none is added then. */
  addUsers(records: readonly BrazeUserRecord[]): void {
    if (this.compact) throw new Error('compact mode takes no users with values: seed it or send them');
    for (const [index, record] of records.entries()) {
      // Who the user is matters not here: an identifier of any kind, or none, will do.
      const error = attributeError({ ...attributesOf(record), external_id: 'anybody' }, new Set());
      if (error !== undefined) throw new Error(`user ${index}: ${error}`);
    }
    for (const record of records) this.#add(record);
  }

  /**
   * Deletes a user after the set delay. Compact mode does it at once and knows external ids only.
   *
   * @param find looks the user up when the time has come
   */
  deleteUser(find: (users: UserDirectory) => BrazeUser | undefined, externalId: string | undefined): void {
    if (this.compact) {
      if (externalId !== undefined) this.compact.delete(externalId);
      return;
    }
    this.queue.add(() => {
      const user = find(this.users);
      if (user) this.users.delete(user);
    });
  }

  user(externalId: string): BrazeUserRecord | CompactUser | undefined {
    if (this.compact) return this.compact.user(externalId);
    const user = this.users.byExternalId(externalId);
    return user && recordOf(user);
  }

  *allUsers(): Generator<BrazeUserRecord | CompactUser> {
    if (this.compact) {
      yield* this.compact.all();
      return;
    }
    for (const user of this.users.all().sort(byExternalId)) yield recordOf(user);
  }

  dataPoints(): DataPointReport {
    return this.compact?.dataPoints() ?? this.#meter.report();
  }

  /** Custom attribute name to type; compact mode does not know types. */
  attributeTypes(): ReadonlyMap<string, AttributeType | undefined> {
    if (!this.compact) return this.#attributes.types;
    return new Map(this.compact.customNames().map((name) => [name, undefined]));
  }

  reset(): void {
    this.queue.clear();
    this.exports.reset();
    this.settings.reset();
    this.segments.reset();
    this.users.clear();
    this.#attributes.clear();
    this.events.clear();
    this.#meter.reset();
    this.compact?.reset();
  }

  #add(record: BrazeUserRecord): void {
    const user = this.#known(record) ?? this.users.create(record.external_id, record.braze_id);
    for (const alias of record.user_aliases ?? []) {
      if (this.users.byAlias(alias) === undefined) this.users.addAlias(user, alias);
    }
    if (record.created_at !== undefined) user.createdAt = Date.parse(record.created_at);
    this.#attributes.write(user, attributesOf(record));
  }

  #known({ external_id: externalId, braze_id: brazeId }: BrazeUserRecord): BrazeUser | undefined {
    if (externalId !== undefined) return this.users.byExternalId(externalId);
    return brazeId === undefined ? undefined : this.users.byBrazeId(brazeId);
  }
}

function byExternalId(one: BrazeUser, other: BrazeUser): number {
  if (one.externalId === undefined || other.externalId === undefined) {
    return Number(one.externalId === undefined) - Number(other.externalId === undefined);
  }
  return one.externalId < other.externalId ? -1 : 1;
}
