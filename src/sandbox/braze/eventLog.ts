import { quantityOf } from './eventRules';
import type { Json, JsonObject } from './json';
import { parseTime } from './timeValues';
import type { BrazeUser, Tally } from './users';

/** One event or purchase as it was applied. `time` is ISO 8601; `user` is the braze_id. */
export interface LoggedEvent {
  user: string;
  external_id?: string;
  name: string;
  time: string;
  properties?: Json;
}

export interface LoggedPurchase extends LoggedEvent {
  price: number;
  currency: string;
  quantity: number;
}

/** Every event and purchase applied so far, in the order of application. Nothing is deduplicated. */
export class EventLog {
  readonly events: LoggedEvent[] = [];
  readonly purchases: LoggedPurchase[] = [];

  addEvent(user: BrazeUser, event: JsonObject): void {
    const time = pastTime(event.time);
    count(user.events, String(event.name), time, 1);
    this.events.push(entry(user, String(event.name), time, event.properties));
  }

  addPurchase(user: BrazeUser, purchase: JsonObject): void {
    const time = pastTime(purchase.time);
    const name = String(purchase.product_id);
    const price = Number(purchase.price);
    const quantity = quantityOf(purchase);
    count(user.purchases, name, time, quantity);
    // Amounts in different currencies are simply added: exchange rates are none of the sandbox's business.
    user.totalRevenue += price * quantity;
    const currency = String(purchase.currency);
    this.purchases.push({ ...entry(user, name, time, purchase.properties), price, currency, quantity });
  }

  clear(): void {
    this.events.length = 0;
    this.purchases.length = 0;
  }
}

/** A time in the future becomes now (contracts: braze 2.5). */
function pastTime(time: Json | undefined): number {
  const now = Date.now();
  return Math.min(parseTime(String(time)) ?? now, now);
}

function entry(user: BrazeUser, name: string, time: number, properties: Json | undefined): LoggedEvent {
  return {
    user: user.brazeId,
    ...(user.externalId !== undefined && { external_id: user.externalId }),
    name,
    time: new Date(time).toISOString(),
    ...(properties !== undefined && { properties }),
  };
}

function count(tallies: Map<string, Tally>, name: string, time: number, times: number): void {
  const tally = tallies.get(name);
  if (!tally) {
    tallies.set(name, { first: time, last: time, count: times });
    return;
  }
  tally.first = Math.min(tally.first, time);
  tally.last = Math.max(tally.last, time);
  tally.count += times;
}
