import type { FieldChange } from '../mapping/profileUpdate';
import { attributeField } from './attributeField';
import { listRefusal, scalarRefusal } from './attributeValue';
import { isBrazeTime } from './brazeTime';
import { isMarkedTime, isNestedName, nestedRefusal, sizeRefusal } from './nestedValue';
import { putOwn } from './ownProperty';
import { Refusal, refusals } from './refusals';

/** An object that is being put together, as opposed to one that came as a value. */
type Container = { [name: string]: unknown };

/** At the top of an object Braze reads these as orders (contracts: braze 2.5). */
const orders = new Set(['inc', 'add', 'remove']);

/**
 * Puts values that stand below an attribute together, one object per attribute, for an attributes object with
 * `_merge_objects: true`: what Braze holds in the object besides stays (contracts: braze 2.5).
 *
 * Decisions where the contract is silent: only `set` works below an attribute; nothing does below a reserved one; a list
 * there replaces the list that was there.
 */
export class NestedAttributes {
  readonly #attributes = new Map<string, Container>();
  readonly #containers = new Set<unknown>();
  readonly changes: FieldChange[] = [];

  /** Takes one change that has a path. Its refusal, if Braze would not do what it says; undefined if it was taken. */
  add(change: FieldChange): Refusal | undefined {
    const { field, path, strategy, values } = change;
    const [first, ...rest] = path as [string, ...string[]];
    if (values.length === 0) return strategy === 'clear' ? refusals.cannotClear : undefined;
    const { refusal, reserved, invalidValue } = attributeField(field);
    if (refusal !== undefined) return refusal;
    if (reserved !== undefined) return invalidValue;
    if (strategy !== 'set' && strategy !== 'clear') return refusals.nestedStrategy;
    if (orders.has(first)) return refusals.operatorName;
    for (const name of path!) if (!isNestedName(name)) return refusals.nestedName;
    const value = valueBelow(change);
    if (value instanceof Refusal) return value;
    const attribute = this.#attributes.get(field) ?? this.#container();
    if (!this.#put(attribute, first, rest, value)) return refusals.fieldTwice;
    this.#attributes.set(field, attribute);
    this.changes.push(change);
    return undefined;
  }

  /** The attributes that came of it, each with its object, or with the refusal of all that is in it. */
  *entries(): Generator<[field: string, value: object | Refusal]> {
    for (const [field, value] of this.#attributes) yield [field, sizeRefusal(value) ?? value];
  }

  /** False: one of the two would overwrite the other. */
  #put(into: Container, name: string, rest: readonly string[], value: unknown): boolean {
    let container = into;
    let at = name;
    for (const next of rest) {
      if (!Object.hasOwn(container, at)) putOwn(container, at, this.#container());
      const inner = Object.getOwnPropertyDescriptor(container, at)!.value as Container;
      if (!this.#containers.has(inner)) return false;
      container = inner;
      at = next;
    }
    if (Object.hasOwn(container, at)) return false;
    putOwn(container, at, value);
    return true;
  }

  #container(): Container {
    const made: Container = {};
    this.#containers.add(made);
    return made;
  }
}

/** The type of the mapping row says whether a text is a date; without one, a text that reads as a date could be either. */
function valueBelow({ as, type, values }: FieldChange): unknown {
  const mark = type === 'time' || type === 'date' ? markedTime : type === undefined ? noBareTime : undefined;
  if (as === 'list') {
    const refusal = listRefusal(values);
    if (refusal !== undefined || mark === undefined) return refusal ?? values;
    const marked = values.map(mark);
    return marked.find((value) => value instanceof Refusal) ?? marked;
  }
  if (values.length > 1) return refusals.severalValues;
  const value: unknown = values[0];
  if (as === 'object') {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return refusals.notAnObject;
    return isMarkedTime(value) ? value : (nestedRefusal(value) ?? value);
  }
  const refusal = scalarRefusal(value);
  return refusal ?? (mark === undefined ? value : mark(value));
}

/** How Braze knows a date inside an object. */
function markedTime(time: unknown): object {
  return typeof time === 'string' && isBrazeTime(time) ? { $time: time } : refusals.nestedTime;
}

function noBareTime(value: unknown): unknown {
  return typeof value === 'string' && isBrazeTime(value) ? refusals.nestedDate : value;
}
