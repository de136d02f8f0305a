import type { FieldChange } from '../mapping/profileUpdate';
import type { NewProperty } from './catalogue';

/**
 * The type of a property that is created for a field, by what the mapping row says its values are (contracts: blueconic
 * 3.4, 5.1). Only the row decides: the first value that comes along must not, since a type cannot be changed later.
 *
 * - A number may have decimals and a whole one need not stay below 2^31, but whole numbers are what BlueConic calls a
 *   number, so `integer` becomes RANGE and everything else numeric DECIMAL.
 * - A currency property needs to know which currency; no row says so, and DECIMAL keeps the amount as exactly.
 * - A hand-written change need not say what its values are: it becomes text, or a number if it is summed.
 */
export function filterTypeFor({
  type,
  strategy,
}: Pick<FieldChange, 'type' | 'strategy'>): NewProperty['filterType'] {
  switch (type) {
    case 'integer':
      return 'RANGE';
    case 'number':
    case 'decimal':
      return 'DECIMAL';
    case 'email':
      return 'EMAIL';
    case 'time':
    case 'date':
      return 'DATETIME';
    case undefined:
      return strategy === 'sum' ? 'DECIMAL' : 'SELECT';
    default:
      return 'SELECT';
  }
}

/** How people read an id: `braze_lastOrder-at` becomes `Braze last order at`. */
export function readableName(id: string): string {
  const words = id
    .replace(/([a-z\d])([A-Z])/g, '$1 $2')
    .split(/[\s_-]+/)
    .filter((word) => word !== '')
    // Abbreviations keep their capitals.
    .map((word) => (/^[A-Z\d]{2,}$/.test(word) ? word : word.toLowerCase()));
  const text = words.join(' ');
  return text === '' ? id : text.charAt(0).toUpperCase() + text.slice(1);
}
