import { BadRequest } from './apiReply';
import { Audiences } from './audiences';
import { BulkGate } from './bulkGate';
import { type CompactOptions, CompactProfiles } from './compactProfiles';
import type { Objective } from './consent';
import { Groups } from './groups';
import { ProfileStore } from './profiles';
import type { ProfileDirectory } from './profileView';
import { PropertyCatalogue } from './propertyCatalogue';
import { Segments } from './segments';
import type { BlueConicSettings } from './settings';
import { addStandardProperties } from './standardProperties';
import { standardObjectives } from './tenantContent';

/** Everything one BlueConic tenant holds. A reset replaces the whole object. */
export class Tenant {
  settings: BlueConicSettings;
  readonly catalogue = new PropertyCatalogue();
  readonly objectives = new Map<string, Objective>();
  readonly segments = new Segments(this);
  readonly audiences = new Audiences();
  readonly groups = new Groups();
  readonly gate = new BulkGate();
  /** Set where profiles are kept as columns instead of in full. */
  readonly compact: CompactProfiles | undefined;
  readonly #full: ProfileStore | undefined;

  /** A new tenant has the standard properties, two objectives and the segment `all_customers`; no profiles. */
  constructor(settings: BlueConicSettings, compact?: CompactOptions) {
    this.settings = settings;
    const now = this.now();
    addStandardProperties(this.catalogue, now);
    for (const objective of standardObjectives) this.objectives.set(objective.id, objective);
    this.segments.define({ id: 'all_customers', name: 'All customers', rule: 'all' }, now);
    if (compact) this.compact = new CompactProfiles({ modifiedAt: now, ...compact });
    else this.#full = new ProfileStore(this.catalogue);
  }

  /** The tenant's clock, epoch milliseconds. */
  now(): number {
    return Date.now() + this.settings.clockOffsetMs;
  }

  get directory(): ProfileDirectory {
    return this.compact ?? this.full;
  }

  /** @throws BadRequest in compact mode, which keeps no profile in full. */
  get full(): ProfileStore {
    if (!this.#full) throw new BadRequest('is not offered in compact mode');
    return this.#full;
  }

  /** The objectives with these ids. @throws BadRequest on an id that does not exist. */
  objectivesOf(ids: readonly string[]): Objective[] {
    return ids.map((id) => {
      const objective = this.objectives.get(id);
      if (!objective) throw new BadRequest(`${id} is not an objective`, 'objectiveIds');
      return objective;
    });
  }
}
