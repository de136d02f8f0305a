import { conversionFor } from './conversions';
import { filterFaults } from './filterRules';
import { identifierFaults } from './identifierRules';
import { insideFault, overlappingRow } from './insideRules';
import type { Direction, Mapping, MappingRow, MappingSource } from './mapping';
import { sourceFault } from './sourceRules';
import { targetFault } from './targetRules';

/** Something in a well-formed mapping that has no meaning, and the place of it. */
export interface MappingFault {
  path: (string | number)[];
  message: string;
}

/** Names a row as the dialog shows it: counted from 1, with its target. */
export function rowName(at: number, target: string): string {
  return `row ${at + 1} (${target.trim() === '' ? 'no target' : target})`;
}

/** Finds everything in a mapping that could never do what it says. Empty when the mapping can be compiled. */
export function mappingFaults(mapping: Mapping): MappingFault[] {
  const faults = [...identifierFaults(mapping.identifiers, mapping.direction), ...allRowFaults(mapping)];
  return mapping.filter === undefined ? faults : [...faults, ...filterFaults(mapping.filter)];
}

function allRowFaults({ rows, direction }: Mapping): MappingFault[] {
  if (rows.length === 0) {
    return [{ path: ['rows'], message: 'rows: at least one is needed, or the mapping would change nothing' }];
  }
  const faults: MappingFault[] = [];
  rows.forEach((row, at) => {
    const reasons = rowFaults(row, direction);
    const before = overlappingRow(rows, at);
    if (before !== undefined) reasons.push(`row ${before + 1} already has this target`);
    for (const reason of reasons) {
      faults.push({ path: ['rows', at], message: `${rowName(at, row.target)}: ${reason}` });
    }
  });
  return faults;
}

function rowFaults(row: MappingRow, direction: Direction): string[] {
  const reasons = [targetFault(row.target), sourceFault(row.source), strategyFault(row, direction)];
  reasons.push(shapeFault(row, direction), staticFault(row, direction), insideFault(row, direction));
  return reasons.filter((reason) => reason !== undefined);
}

function strategyFault({ strategy, as, type, source }: MappingRow, direction: Direction): string | undefined {
  if (strategy === 'sum') return sumFault(type, as, source, direction);
  if (strategy === 'add' && as !== 'list') return 'add needs the shape list; use set for a single value';
  if (strategy === 'add' && type === 'json' && direction === 'export') {
    return 'adding objects to a list in Braze cannot be repeated safely, which this version needs; use set';
  }
  if (strategy === 'clear' && source.kind === 'static') {
    return 'clear acts when the source is empty, and a static value never is; use set';
  }
  return undefined;
}

const summable: ReadonlySet<MappingRow['type']> = new Set(['integer', 'number', 'decimal']);

function sumFault(
  type: MappingRow['type'],
  as: MappingRow['as'],
  source: MappingSource,
  direction: Direction,
): string | undefined {
  if (!summable.has(type)) return 'sum needs the type integer, number or decimal';
  if (type !== 'integer' && direction === 'export') {
    return 'sum needs the type integer towards Braze, which increments by whole numbers only';
  }
  if (as !== 'one') return 'sum needs the shape one';
  return source.kind === 'static' ? 'sum adds what has changed, and a static value never does' : undefined;
}

function shapeFault({ as, type }: MappingRow, direction: Direction): string | undefined {
  if (as === 'object' && direction === 'import') {
    return 'BlueConic holds lists of text and no objects; use a list, or the path of one value in the object';
  }
  if (as === 'object' && type !== 'json') return 'the shape object needs the type json';
  if (as === 'one' && type === 'json') {
    return `the type json needs the shape ${direction === 'import' ? 'list' : 'object or list'}`;
  }
  return undefined;
}

function staticFault({ source, type }: MappingRow, direction: Direction): string | undefined {
  if (source.kind !== 'static') return undefined;
  const { convert, refusal } = conversionFor(type, direction);
  return convert(source.value) === undefined
    ? `the static value is ${refusal.replaceAll('-', ' ')}, so it would be refused for every record`
    : undefined;
}
