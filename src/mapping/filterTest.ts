import { comparable } from './comparable';
import { comparisonOf, type FilterCondition } from './filter';
import { patternTest } from './pattern';
import { isPlainObject } from './plainObject';

/** Says whether what the condition's source found fits. Never throws on plain JSON. */
export type ConditionTest = (found: unknown) => boolean;

/**
 * Makes the test of a condition that has no fault (`filterFaults`). `found` is what its source has in a record,
 * `undefined` when nothing is there.
 *
 * - Of a list each element is asked, and one that fits is enough, for BlueConic holds every property as a list. `neq`
 *   fits where `eq` does not: where no element is equal. A list alone is asked by `null`, `nnull`, `empty`, `nempty`
 *   and `istype`.
 * - A value that is not of the kind compared (a text where numbers are compared, say) fits nothing but `neq`.
 * - `true` and `false` take the texts too, for BlueConic has nothing else.
 * - What is missing or null is neither empty nor not empty; `null` asks for both.
 */
export function conditionTest(condition: FilterCondition): ConditionTest {
  const { operator, value } = condition;
  switch (operator) {
    case 'neq': {
      const equal = anyElement(comparison({ ...condition, operator: 'eq' }));
      return (found) => !equal(found);
    }
    case 'eq':
    case 'lt':
    case 'lte':
    case 'gt':
    case 'gte':
    case 'btwn':
      return anyElement(comparison(condition));
    case 'cont': {
      const wanted = String(value);
      return anyElement(onText((text) => text.includes(wanted)));
    }
    case 'regex':
      return anyElement(onText(patternTest(String(value), condition.ignoreCase ?? false)));
    case 'true':
      return anyElement((found) => found === true || found === 'true');
    case 'false':
      return anyElement((found) => found === false || found === 'false');
    case 'null':
      return isMissing;
    case 'nnull':
      return (found) => !isMissing(found);
    case 'empty':
      return (found) => sizeOf(found) === 0;
    case 'nempty':
      return (found) => (sizeOf(found) ?? 0) > 0;
    case 'istype':
      return typeTest(String(value));
    case 'hask': {
      const key = String(value);
      return anyElement((found) => isPlainObject(found) && Object.hasOwn(found, key));
    }
    case 'jsonata_exp':
      return (found) => found === true;
  }
}

function comparison(condition: FilterCondition): ConditionTest {
  const as = comparisonOf(condition);
  // Neither is undefined: the condition has no fault.
  const value = comparable(condition.value, as)!;
  const at = (compares: (found: string | number) => boolean): ConditionTest => {
    return (found) => {
      const one = comparable(found, as);
      return one !== undefined && compares(one);
    };
  };
  switch (condition.operator) {
    case 'lt':
      return at((found) => found < value);
    case 'lte':
      return at((found) => found <= value);
    case 'gt':
      return at((found) => found > value);
    case 'gte':
      return at((found) => found >= value);
    case 'btwn': {
      const other = comparable(condition.value2, as)!;
      const [low, high] = value <= other ? [value, other] : [other, value];
      return at((found) => found >= low && found <= high);
    }
    default:
      return at((found) => found === value);
  }
}

function anyElement(test: ConditionTest): ConditionTest {
  return (found) => (Array.isArray(found) ? found.some(test) : test(found));
}

function onText(test: (text: string) => boolean): ConditionTest {
  return (found) => {
    const text = comparable(found, 'text');
    return text !== undefined && test(text as string);
  };
}

function isMissing(found: unknown): boolean {
  return found === undefined || found === null;
}

/** The number of characters, elements or keys; `undefined` for what has none. */
function sizeOf(found: unknown): number | undefined {
  if (typeof found === 'string' || Array.isArray(found)) return found.length;
  return isPlainObject(found) ? Object.keys(found).length : undefined;
}

function typeTest(type: string): ConditionTest {
  switch (type) {
    case 'array':
      return Array.isArray;
    case 'object':
      return isPlainObject;
    case 'null':
      return (found) => found === null;
    case 'json':
      return holdsJson;
    default:
      return (found) => typeof found === type;
  }
}

function holdsJson(found: unknown): boolean {
  if (typeof found !== 'string') return false;
  try {
    JSON.parse(found);
    return true;
  } catch {
    return false;
  }
}
