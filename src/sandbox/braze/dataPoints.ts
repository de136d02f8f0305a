import { isArrayChange, isIncrement, isObjectArrayChange } from './customValues';
import { quantityOf } from './eventRules';
import { isObject, type Json, type JsonObject } from './json';
import { isStandardField, isSteeringKey } from './standardFields';

const billableFields: ReadonlySet<string> = new Set([
  'first_name',
  'last_name',
  'email',
  'gender',
  'dob',
  'home_city',
  'phone',
  'time_zone',
  'current_location',
  'country',
  'language',
]);

/** What was consumed: in total and per attribute name, event name and product. */
export interface DataPointReport {
  total: number;
  attributes: Record<string, number>;
  events: Record<string, number>;
  purchases: Record<string, number>;
}

/**
 * Data points that one attribute of an accepted object costs (contracts: braze 2.10), changed or not. In an object
 * every key counts, at every depth, those that hold an object too (not documented). An attribute that is sent counts,
 * so it costs at least one, however empty the value or the change.
 */
export function priceOf(name: string, value: Json): number {
  if (isSteeringKey(name)) return 0;
  if (isStandardField(name)) return billableFields.has(name) ? 1 : 0;
  return Math.max(1, customPrice(value));
}

function customPrice(value: Json): number {
  if (typeof value !== 'object' || value === null) return 1;
  if (Array.isArray(value)) return keysInside(value);
  if (isArrayChange(value)) return (value.add?.length ?? 0) + (value.remove?.length ?? 0);
  if (!isObjectArrayChange(value)) return isIncrement(value) ? 1 : keysInside(value);
  const { $add, $remove, $update } = value as { $add?: Json[]; $remove?: Json[]; $update?: Json[] };
  let price = keysInside($add ?? []) + ($remove?.length ?? 0);
  for (const change of $update ?? []) price += isObject(change) ? keysInside(change.$new_object ?? null) : 0;
  return price;
}

function keysInside(value: Json): number {
  if (Array.isArray(value)) return value.reduce((sum: number, element) => sum + keysInside(element), 0);
  if (!isObject(value) || Object.hasOwn(value, '$time')) return 0;
  return Object.values(value).reduce((sum: number, inner) => sum + 1 + keysInside(inner), 0);
}

/**
 * Meters what accepted objects cost, at face value and when they are accepted: also for users that turn out not to
 * exist (not documented). An e-mail address or phone number that only identifies is free (not documented).
 */
export class DataPointMeter {
  readonly #attributes = new Map<string, number>();
  readonly #events = new Map<string, number>();
  readonly #purchases = new Map<string, number>();

  chargeAttributes(object: JsonObject, identifiedBy: string, blocked: ReadonlySet<string>): void {
    for (const [key, value] of Object.entries(object)) {
      if (key === identifiedBy) continue;
      const name = isStandardField(key) ? key : key.trim();
      if (!blocked.has(name)) this.chargeAttribute(name, priceOf(key, value));
    }
  }

  chargeAttribute(name: string, price: number): void {
    add(this.#attributes, name, price);
  }

  chargeEvent(event: JsonObject): void {
    add(this.#events, String(event.name), 1);
  }

  chargePurchase(purchase: JsonObject): void {
    add(this.#purchases, String(purchase.product_id), quantityOf(purchase));
  }

  report(): DataPointReport {
    let total = 0;
    for (const counts of [this.#attributes, this.#events, this.#purchases]) {
      for (const count of counts.values()) total += count;
    }
    return {
      total,
      attributes: Object.fromEntries(this.#attributes),
      events: Object.fromEntries(this.#events),
      purchases: Object.fromEntries(this.#purchases),
    };
  }

  reset(): void {
    for (const counts of [this.#attributes, this.#events, this.#purchases]) counts.clear();
  }
}

function add(counts: Map<string, number>, name: string, price: number): void {
  if (price > 0) counts.set(name, (counts.get(name) ?? 0) + price);
}
