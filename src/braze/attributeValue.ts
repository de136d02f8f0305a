import type { FieldChange, UpdateValue } from '../mapping/profileUpdate';
import { type AttributeField, attributeField } from './attributeField';
import { isLongText } from './longText';
import { nestedRefusal, sizeRefusal } from './nestedValue';
import { type Refusal, refusals } from './refusals';
import { isReservedValue, type ReservedAttribute } from './reservedAttributes';

const maxListLength = 500;
/** A JSON text of this many UTF-16 units stays under 100 KB whatever it holds: at most six bytes each. */
const surelySmall = 17_000;

/**
 * The JSON value of one attribute in a `/users/track` object: undefined for "no change", a `Refusal` for what Braze
 * would not store, else the value (contracts: braze 2.4, 2.5).
 *
 * Decisions where the contract is silent: the 255 characters hold for texts in lists and objects too; `sum` of zero is no
 * change; `add` needs a list; several values need a list or are refused; an object that holds nothing but `add` and
 * `remove` lists of scalars is the order to edit a list, which only a hand-written update can give.
 */
export function attributeValue(change: FieldChange): unknown {
  const { strategy, values } = change;
  if (values.length === 0 && strategy !== 'clear') return undefined;
  const field = attributeField(change.field);
  if (field.refusal !== undefined) return field.refusal;
  if (values.length === 0) {
    return field.reserved !== undefined && !field.reserved.clearable ? refusals.cannotClear : null;
  }
  if (strategy === 'setIfEmpty') return refusals.targetUnknown;
  if (strategy === 'sum') return increment(change, field);
  if (strategy === 'add') return addition(change, field);
  return whole(change, field);
}

/** May a request with this attribute value be sent a second time without harm? (contracts: braze 2.9) */
export function isRepeatable(change: FieldChange): boolean {
  if (change.strategy === 'sum') return false;
  return change.strategy !== 'add' || !isObject(change.values[0]);
}

function increment({ as, values }: FieldChange, field: AttributeField): unknown {
  const amount = values[0];
  if (field.reserved !== undefined || as !== 'one' || values.length > 1 || !Number.isSafeInteger(amount)) {
    return refusals.sumNeedsInteger;
  }
  return amount === 0 ? undefined : { inc: amount };
}

function addition({ as, values }: FieldChange, field: AttributeField): unknown {
  if (field.reserved !== undefined || as !== 'list') return refusals.addNeedsList;
  const refusal = listRefusal(values);
  if (refusal) return refusal;
  return isObject(values[0]) ? { $add: values } : { add: values };
}

function whole({ as, values }: FieldChange, { reserved, invalidValue }: AttributeField): unknown {
  if (as === 'list') {
    const refusal = listRefusal(values);
    if (refusal) return refusal;
    return reserved === undefined || isReservedValue(reserved.type, values) ? values : invalidValue;
  }
  if (values.length > 1) return refusals.severalValues;
  const value = values[0];
  if (as === 'object') {
    if (!isObject(value)) return refusals.notAnObject;
    const refusal = nestedRefusal(value) ?? operatorRefusal(value);
    if (refusal) return refusal;
  } else {
    const refusal = scalarRefusal(value, reserved);
    if (refusal) return refusal;
  }
  return reserved === undefined || isReservedValue(reserved.type, value) ? value : invalidValue;
}

/** Why Braze would not store this as one value. */
export function scalarRefusal(value: unknown, reserved?: ReservedAttribute): Refusal | undefined {
  if (typeof value === 'string') {
    return isLongText(value) && reserved?.type !== 'imageUrl' ? refusals.stringOver255 : undefined;
  }
  if (typeof value === 'boolean') return undefined;
  if (typeof value === 'number') return Number.isFinite(value) ? undefined : refusals.notJson;
  return refusals.notOneValue;
}

/** Why Braze would not store these as a list. */
export function listRefusal(values: UpdateValue[]): Refusal | undefined {
  if (values.length > maxListLength) return refusals.listOver500;
  if (isObject(values[0])) {
    for (const value of values) if (!isObject(value)) return refusals.mixedList;
    return nestedRefusal(values);
  }
  let length = 0;
  for (const value of values) {
    if (typeof value === 'string') {
      if (isLongText(value)) return refusals.stringOver255;
      length += value.length + 3;
    } else if (typeof value === 'boolean' || Number.isFinite(value)) length += 26;
    else return typeof value === 'number' ? refusals.notJson : refusals.mixedList;
  }
  return length > surelySmall ? sizeRefusal(values) : undefined;
}

/** Braze reads `{"inc": …}`, `{"add": …}` and `{"remove": …}` as orders, whatever was meant. */
function operatorRefusal(value: Record<string, unknown>): Refusal | undefined {
  const names = Object.keys(value);
  if (names.includes('inc')) return refusals.operatorName;
  if (!names.includes('add') && !names.includes('remove')) return undefined;
  for (const name of names) {
    const list = value[name];
    if (name !== 'add' && name !== 'remove') return refusals.operatorName;
    if (!Array.isArray(list) || list.some((element) => typeof element === 'object'))
      return refusals.operatorName;
  }
  return undefined;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
