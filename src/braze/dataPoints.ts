import { reservedAttributes } from './reservedAttributes';

/** Objects of a `/users/track` request, as they are sent. */
export interface PricedObjects {
  attributes?: Record<string, unknown>;
  events?: readonly Record<string, unknown>[];
  purchases?: readonly Record<string, unknown>[];
}

/**
 * What the objects of a request cost in Braze's data points (contracts: braze 2.10), whether or not the values are
 * new to Braze. Decisions where the contract is silent: a container key inside an object counts like any other key; an
 * attribute that is sent costs at least one, however empty; an e-mail or phone that is the only identifier is looked up,
 * not written, and costs nothing; events that Braze does not bill by name are priced all the same, so a price may be too
 * high, never too low.
 */
export function dataPoints({ attributes, events, purchases }: PricedObjects): number {
  let points = events?.length ?? 0;
  for (const purchase of purchases ?? []) points += purchasePoints(purchase.quantity);
  if (attributes) {
    const lookup = lookupKey(attributes);
    for (const key of Object.keys(attributes)) {
      if (key !== lookup) points += attributePoints(key, attributes[key]);
    }
  }
  return points;
}

/** What one attribute costs, by the value that is sent. */
export function attributePoints(key: string, value: unknown): number {
  const reserved = reservedAttributes.get(key);
  if (reserved !== undefined) return reserved.billable ? 1 : 0;
  return Math.max(1, valuePoints(value));
}

/** What the objects cost, attribute by attribute, event by event and product by product; what is free is left out. */
export function* pricesByName({
  attributes,
  events,
  purchases,
}: PricedObjects): Generator<[name: string, points: number]> {
  if (attributes) {
    const lookup = lookupKey(attributes);
    for (const [key, value] of Object.entries(attributes)) {
      const points = key === lookup ? 0 : attributePoints(key, value);
      if (points > 0) yield [key, points];
    }
  }
  for (const { name } of events ?? []) yield [`event ${String(name)}`, 1];
  for (const { product_id, quantity } of purchases ?? [])
    yield [`purchase ${String(product_id)}`, purchasePoints(quantity)];
}

/** A purchase of a quantity is that many purchases (contracts: braze 2.2). */
export function purchasePoints(quantity: unknown): number {
  return typeof quantity === 'number' && quantity > 1 ? quantity : 1;
}

/** Without a primary identifier Braze looks the user up by e-mail, else by phone. */
function lookupKey(attributes: Record<string, unknown>): string | undefined {
  for (const primary of ['external_id', 'user_alias', 'braze_id']) {
    if (Object.hasOwn(attributes, primary)) return undefined;
  }
  return Object.hasOwn(attributes, 'email') ? 'email' : 'phone';
}

function valuePoints(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 1;
  if (Array.isArray(value)) return elementPoints(value);
  const orders = value as Record<string, unknown>;
  const names = Object.keys(orders);
  if (names.length === 1 && typeof orders.inc === 'number') return 1;
  if (areLists(orders, names, 'add', 'remove')) return lengthOf(orders.add) + lengthOf(orders.remove);
  if (areLists(orders, names, '$add', '$remove', '$update')) return objectListPoints(orders);
  return keyPoints(orders);
}

/** Each key of what is added, each criterion of what is removed, each property of what is changed. */
function objectListPoints({ $add, $remove, $update }: Record<string, unknown>): number {
  let points = elementPoints(listOf($add)) + lengthOf($remove);
  for (const change of listOf($update)) points += keyPoints(Object(change).$new_object);
  return points;
}

/** Is it an order to edit a list, which holds nothing but lists under these names? Anything else is an object. */
function areLists(
  orders: Record<string, unknown>,
  names: readonly string[],
  ...known: readonly string[]
): boolean {
  if (names.length === 0) return false;
  for (const name of names) if (!known.includes(name) || !Array.isArray(orders[name])) return false;
  return true;
}

function lengthOf(list: unknown): number {
  return listOf(list).length;
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

/** A list of scalars costs nothing beyond itself; objects in it cost each of their keys. */
function elementPoints(list: readonly unknown[]): number {
  let points = 0;
  for (const element of list) points += keyPoints(element);
  return points;
}

/** Every key at every level; a marked date (`$time`) is one value. */
function keyPoints(value: unknown): number {
  if (typeof value !== 'object' || value === null || Object.hasOwn(value, '$time')) return 0;
  if (Array.isArray(value)) return elementPoints(value);
  let points = 0;
  for (const inner of Object.values(value)) points += 1 + keyPoints(inner);
  return points;
}
