import { readIdentifier } from './identifiers';
import { isObject, type Json, type JsonObject, jsonBytes } from './json';
import { parseTime } from './timeValues';

/** Texts that refuse an event or a purchase (contracts: braze 2.6); those marked are our own. */
export const eventErrors = {
  properties: "Invalid 'properties' field",
  quantity: "'quantity' is not valid",
  /** Own text. */
  notAnObject: 'Each event and purchase must be an object',
  /** Own text. */
  name: "'name' is not valid",
  /** Own text. */
  time: "'time' is not valid",
  /** Own text. */
  product: "'product_id' is not valid",
  /** Own text. */
  currency: "'currency' is not valid",
  /** Own text. */
  price: "'price' is not valid",
} as const;

const eventProperties = { reserved: new Set(['time', 'event_name']), bytes: 102_400 };
const purchaseProperties = {
  reserved: new Set(['time', 'product_id', 'quantity', 'event_name', 'price', 'currency']),
  bytes: 51_200,
};
const currencies: ReadonlySet<unknown> = new Set(Intl.supportedValuesOf('currency'));

/** Why Braze refuses an element of the events array (contracts: braze 2.5), or undefined if it takes it. */
export function eventError(element: Json, disallowed: ReadonlySet<string>): string | undefined {
  if (!isObject(element)) return eventErrors.notAnObject;
  const identifier = readIdentifier(element, disallowed);
  if (typeof identifier === 'string') return identifier;
  if (!isShortText(element.name)) return eventErrors.name;
  if (!isTime(element.time)) return eventErrors.time;
  return hasGoodProperties(element, eventProperties) ? undefined : eventErrors.properties;
}

/** Why Braze refuses an element of the purchases array (contracts: braze 2.5), or undefined if it takes it. */
export function purchaseError(element: Json, disallowed: ReadonlySet<string>): string | undefined {
  if (!isObject(element)) return eventErrors.notAnObject;
  const identifier = readIdentifier(element, disallowed);
  if (typeof identifier === 'string') return identifier;
  const { quantity } = element;
  if (!isShortText(element.product_id)) return eventErrors.product;
  if (!currencies.has(element.currency)) return eventErrors.currency;
  if (typeof element.price !== 'number') return eventErrors.price;
  if (!isTime(element.time)) return eventErrors.time;
  if (
    quantity !== undefined &&
    !(Number.isInteger(quantity) && Number(quantity) >= 1 && Number(quantity) <= 100)
  ) {
    return eventErrors.quantity;
  }
  return hasGoodProperties(element, purchaseProperties) ? undefined : eventErrors.properties;
}

/** How many purchases an accepted purchase object stands for. */
export function quantityOf(purchase: JsonObject): number {
  return typeof purchase.quantity === 'number' ? purchase.quantity : 1;
}

function isShortText(value: Json | undefined): value is string {
  return typeof value === 'string' && value.length >= 1 && value.length <= 255;
}

function isTime(value: Json | undefined): boolean {
  return typeof value === 'string' && parseTime(value) !== undefined;
}

function hasGoodProperties(
  object: JsonObject,
  rule: { reserved: ReadonlySet<string>; bytes: number },
): boolean {
  const { properties } = object;
  if (properties === undefined || properties === null) return true;
  if (!isObject(properties)) return false;
  const names = Object.keys(properties);
  const named = names.every(
    (name) => name.length >= 1 && name.length <= 255 && !name.startsWith('$') && !rule.reserved.has(name),
  );
  return named && jsonBytes(properties) <= rule.bytes;
}
