import type { ApplyQueue } from './applyQueue';
import type { AttributeStore } from './attributeStore';
import type { DataPointMeter } from './dataPoints';
import type { EventLog } from './eventLog';
import { createUser, findUser, type Identifier, readIdentifier } from './identifiers';
import type { JsonObject } from './json';
import type { SettingsInForce } from './settings';
import type { BrazeUser, UserDirectory } from './users';

/** The objects of one /users/track call that were not refused. */
export interface TrackBatch {
  attributes: JsonObject[];
  events: JsonObject[];
  purchases: JsonObject[];
}

/** Where accepted objects go. */
export interface TrackTarget {
  /** A reason of the target's own to refuse an object that passed the rules of Braze. */
  refusal?(object: JsonObject): string | undefined;
  /** Meters what the batch costs, and applies it now or later. */
  accept(batch: TrackBatch): void;
}

/**
 * Applies accepted objects to whole profiles: later, and of one request attributes, then events, then purchases
 * (contracts: braze 2.7).
 */
export class ProfileTarget implements TrackTarget {
  readonly #users: UserDirectory;
  readonly #attributes: AttributeStore;
  readonly #events: EventLog;
  readonly #meter: DataPointMeter;
  readonly #settings: SettingsInForce;
  readonly #queue: ApplyQueue;

  constructor(parts: {
    users: UserDirectory;
    attributes: AttributeStore;
    events: EventLog;
    meter: DataPointMeter;
    settings: SettingsInForce;
    queue: ApplyQueue;
  }) {
    this.#users = parts.users;
    this.#attributes = parts.attributes;
    this.#events = parts.events;
    this.#meter = parts.meter;
    this.#settings = parts.settings;
    this.#queue = parts.queue;
  }

  accept(batch: TrackBatch): void {
    this.#charge(batch);
    this.#queue.add(() => this.#apply(batch));
  }

  #charge(batch: TrackBatch): void {
    const blocked = this.#settings.blockedAttributes;
    for (const object of batch.attributes) {
      this.#meter.chargeAttributes(object, identifier(object)?.kind ?? '', blocked);
    }
    for (const event of batch.events) this.#meter.chargeEvent(event);
    for (const purchase of batch.purchases) this.#meter.chargePurchase(purchase);
  }

  #apply(batch: TrackBatch): void {
    for (const object of batch.attributes) {
      // With an alias, profiles are only created where the object asks for it (contracts: braze 2.3).
      const user = this.#user(object, (byAlias) =>
        byAlias ? object._update_existing_only === false : object._update_existing_only !== true,
      );
      if (user) this.#attributes.write(user, object);
    }
    // The contract contradicts itself on events by alias; here they never create.
    const mayCreate = (object: JsonObject) => (byAlias: boolean) =>
      !byAlias && object._update_existing_only !== true;
    for (const event of batch.events) {
      const user = this.#user(event, mayCreate(event));
      if (user) this.#events.addEvent(user, event);
    }
    for (const purchase of batch.purchases) {
      const user = this.#user(purchase, mayCreate(purchase));
      if (user) this.#events.addPurchase(user, purchase);
    }
  }

  #user(object: JsonObject, mayCreate: (byAlias: boolean) => boolean): BrazeUser | undefined {
    const whom = identifier(object);
    if (!whom) return undefined;
    const known = findUser(this.#users, whom);
    if (known || !mayCreate(whom.kind === 'user_alias')) return known;
    return createUser(this.#users, whom);
  }
}

/** Refused ids never get as far as a target, so that no list of them is needed again. */
const nobodyDisallowed: ReadonlySet<string> = new Set();

/** Push tokens imported for nobody have no identifier; the sandbox keeps no devices and lets them go. */
function identifier(object: JsonObject): Identifier | undefined {
  if (object.push_token_import === true) return undefined;
  const whom = readIdentifier(object, nobodyDisallowed);
  return typeof whom === 'string' ? undefined : whom;
}
