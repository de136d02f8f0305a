import type { TypeRules } from '../delta/attributeTypes';
import { readTime } from '../mapping/timeText';
import { isBrazeTime } from './brazeTime';

/** The types that a custom attribute of Braze can have (contracts: braze 2.5). */
export type AttributeType = 'string' | 'number' | 'boolean' | 'time' | 'array' | 'object' | 'objectArray';

/**
 * How Braze types custom attributes: the first value decides, later ones are turned into that type or dropped
 * (contracts: braze 2.5). A text that reads as a time is one.
 */
export const attributeTypeRules: TypeRules = { typeOf, takes };

const booleanTexts = new Set<unknown>([1, 0, '1', '0', 'true', 'false', 't', 'f']);
const weekdayFirst = /^[A-Z][a-z]{2} /;

function typeOf(value: unknown): AttributeType | undefined {
  switch (typeof value) {
    case 'string':
      return isTime(value) ? 'time' : 'string';
    case 'number':
      return 'number';
    case 'boolean':
      return 'boolean';
    default:
      if (value === null || value === undefined) return undefined;
      if (Array.isArray(value)) return isObject(value[0]) ? 'objectArray' : 'array';
      return typeOfObject(value);
  }
}

function takes(type: string, value: unknown): boolean {
  switch (type as AttributeType) {
    case 'string':
      return typeof value === 'string' || typeof value === 'number';
    case 'number':
      if (typeof value === 'string') return value.trim() !== '' && Number.isFinite(Number(value));
      return typeOf(value) === 'number';
    case 'boolean':
      return typeof value === 'boolean' || booleanTexts.has(value);
    case 'objectArray':
      return typeOf(value) === 'objectArray' || (Array.isArray(value) && value.length === 0);
    default:
      return typeOf(value) === type;
  }
}

/** An order to change what is there says by its form what must be there. */
function typeOfObject(value: object): AttributeType {
  const names = Object.keys(value);
  if (names.length === 0) return 'object';
  if (names.length === 1 && names[0] === 'inc') return 'number';
  if (names.every((name) => name === 'add' || name === 'remove')) return 'array';
  return names.every((name) => name === '$add' || name === '$remove' || name === '$update')
    ? 'objectArray'
    : 'object';
}

function isTime(text: string): boolean {
  return isBrazeTime(text) || (weekdayFirst.test(text) && readTime(text) !== undefined);
}

function isObject(value: unknown): boolean {
  return typeof value === 'object' && value !== null;
}
