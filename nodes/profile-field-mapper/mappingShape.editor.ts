import { fieldTypes } from '../../src/mapping/fieldType';
import { comparisons, filterOperators } from '../../src/mapping/filter';
import { issuePlace } from '../../src/mapping/issuePlace';
import { SHAPES, STRATEGIES } from '../editor/mappingRowRules';

/** What a document can be that is no mapping; each has a sentence in the catalogue under `shape`. */
export const SHAPE_FAULTS = [
  'object',
  'list',
  'text',
  'boolean',
  'value',
  'oneOf',
  'version',
  'missing',
  'unknownKey',
] as const;

export interface ShapeFault {
  /** Where, as a reader would write it in code: `rows[2].target`; empty for the document itself. */
  place: string;
  fault: (typeof SHAPE_FAULTS)[number];
  /** For `oneOf` the names allowed, for `unknownKey` the name found. */
  names?: string;
}

type Path = readonly (string | number)[];
type Check = (value: unknown, path: Path, faults: ShapeFault[]) => void;

/** A key that must be there, or one that may be missing. */
interface Field {
  check: Check;
  optional?: true;
}

const text = scalar('text', 'string');
const boolean = scalar('boolean', 'boolean');

const fieldSource = object({ kind: need(oneOf(['field'])), path: need(text) });
const staticSource = object({ kind: need(oneOf(['static'])), value: need(text) });
const expressionSource = object({ kind: need(oneOf(['jsonata'])), expression: need(text) });
const anySource = byKind({ field: fieldSource, static: staticSource, jsonata: expressionSource });

const row = object({
  source: need(anySource),
  target: need(text),
  inside: may(text),
  type: need(oneOf(fieldTypes)),
  as: need(oneOf(SHAPES)),
  strategy: need(oneOf(STRATEGIES)),
});

const condition = object({
  source: need(byKind({ field: fieldSource, jsonata: expressionSource })),
  operator: need(oneOf(filterOperators)),
  value: may(anyOf('value', ['string', 'number', 'boolean'])),
  value2: may(anyOf('value', ['string', 'number'])),
  compare: may(oneOf(comparisons)),
  ignoreCase: may(boolean),
});

const document = object({
  version: need((value, path, faults) => {
    if (value !== 1 && value !== 2) faults.push({ place: issuePlace(path), fault: 'version' });
  }),
  direction: need(oneOf(['import', 'export'])),
  identifiers: need(list(list(object({ source: need(anySource), target: need(text) })))),
  allowCreate: may(boolean),
  filter: may(object({ join: need(oneOf(['all', 'any'])), conditions: need(list(condition)) })),
  rows: need(list(row)),
});

/**
 * Everything in which a document differs from the form that `mappingSchema` asks for; whether its rows mean something is
 * for `mappingProblems` to say. The schema itself stays on the server: the editor would load its library for nobody but
 * those who read a file. A test holds the two together.
 */
export function shapeFaults(value: unknown): ShapeFault[] {
  const faults: ShapeFault[] = [];
  document(value, [], faults);
  return faults;
}

function need(check: Check): Field {
  return { check };
}

function may(check: Check): Field {
  return { check, optional: true };
}

function object(fields: { readonly [key: string]: Field }): Check {
  const known = new Map(Object.entries(fields));
  return (value, path, faults) => {
    if (!isObject(value)) {
      faults.push({ place: issuePlace(path), fault: 'object' });
      return;
    }
    for (const [key, { check, optional }] of known) {
      const inner = Object.hasOwn(value, key) ? value[key] : undefined;
      if (inner !== undefined) check(inner, [...path, key], faults);
      else if (optional === undefined) faults.push({ place: issuePlace([...path, key]), fault: 'missing' });
    }
    for (const key of Object.keys(value)) {
      if (!known.has(key)) faults.push({ place: issuePlace(path), fault: 'unknownKey', names: key });
    }
  };
}

function list(element: Check): Check {
  return (value, path, faults) => {
    if (!Array.isArray(value)) faults.push({ place: issuePlace(path), fault: 'list' });
    else for (const [at, inner] of value.entries()) element(inner, [...path, at], faults);
  };
}

/** One of several objects, told apart by `kind`. */
function byKind(kinds: { readonly [kind: string]: Check }): Check {
  const known = new Map(Object.entries(kinds));
  return (value, path, faults) => {
    if (!isObject(value)) {
      faults.push({ place: issuePlace(path), fault: 'object' });
      return;
    }
    const check = known.get(String(value.kind));
    if (check !== undefined) check(value, path, faults);
    else oneOf([...known.keys()])(value.kind, [...path, 'kind'], faults);
  };
}

function oneOf(names: readonly string[]): Check {
  return (value, path, faults) => {
    if (typeof value === 'string' && names.includes(value)) return;
    faults.push({ place: issuePlace(path), fault: 'oneOf', names: names.join(', ') });
  };
}

function scalar(fault: 'text' | 'boolean', type: 'string' | 'boolean'): Check {
  return anyOf(fault, [type]);
}

function anyOf(fault: ShapeFault['fault'], types: readonly string[]): Check {
  return (value, path, faults) => {
    if (!types.includes(typeof value)) faults.push({ place: issuePlace(path), fault });
  };
}

function isObject(value: unknown): value is { [key: string]: unknown } {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
