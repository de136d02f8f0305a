import { reservedAttributes } from './reservedAttributes';

/**
 * What the objects of a request cost in Braze's data points (contracts: braze 2.10), whether or not the values are
 * new to Braze. Decisions where the contract is silent: a container key inside an object counts like any other key;
 * an e-mail or phone that is the only identifier is looked up, not written, and costs nothing; events that Braze
 * does not bill by name are priced all the same, so a price may be too high, never too low.
 */
export function dataPoints(objects: {
  attributes?: Record<string, unknown>;
  events?: readonly Record<string, unknown>[];
  purchases?: readonly Record<string, unknown>[];
}): number {
  let points = objects.events?.length ?? 0;
  for (const purchase of objects.purchases ?? []) points += purchasePoints(purchase.quantity);
  if (objects.attributes) points += attributePoints(objects.attributes);
  return points;
}

/** A purchase of a quantity is that many purchases (contracts: braze 2.2). */
function purchasePoints(quantity: unknown): number {
  return typeof quantity === 'number' && quantity > 1 ? quantity : 1;
}

function attributePoints(attributes: Record<string, unknown>): number {
  const lookup = lookupKey(attributes);
  let points = 0;
  for (const key of Object.keys(attributes)) {
    const reserved = reservedAttributes.get(key);
    if (reserved === undefined) points += valuePoints(attributes[key]);
    else if (reserved.billable && key !== lookup) points++;
  }
  return points;
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
  if (Array.isArray(value)) return Math.max(1, elementPoints(value));
  const orders = value as Record<string, unknown>;
  if (Object.hasOwn(orders, 'inc')) return 1;
  if (Object.hasOwn(orders, '$add')) return Math.max(1, elementPoints(listOf(orders.$add)));
  if (Object.hasOwn(orders, 'add') || Object.hasOwn(orders, 'remove')) {
    return Math.max(1, listOf(orders.add).length + listOf(orders.remove).length);
  }
  return Math.max(1, keyPoints(orders));
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
  if (typeof value !== 'object' || value === null) return 0;
  if (Array.isArray(value)) return elementPoints(value);
  let points = 0;
  for (const [key, inner] of Object.entries(value)) {
    if (key !== '$time') points += 1 + keyPoints(inner);
  }
  return points;
}
