import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type FieldType, fieldTypes } from '../../src/mapping/fieldType';
import type { Direction, MappingRow } from '../../src/mapping/mapping';

export const page = readFileSync(join(__dirname, '..', '..', 'docs', 'strategies.md'), 'utf8');

/** What a mapping row is, as far as the tables tell rows apart. */
export interface Combination {
  direction: Direction;
  strategy: MappingRow['strategy'];
  as: MappingRow['as'];
  inside: boolean;
  type: FieldType;
}

/** One line of a table of strategies, for one type. */
export interface Line extends Combination {
  /** Such as `B, C`, `empty` or `absent`. */
  source: string;
  whenEmpty: string;
  whenA: string;
}

export interface Refused {
  matches(combination: Combination): boolean;
  reason: string;
}

/** The cells of the table under a heading, without its head. */
export function tableUnder(heading: string): string[][] {
  const from = page.indexOf(`\n## ${heading}\n`);
  if (from < 0) throw new Error(`docs/strategies.md has no heading ${heading}`);
  const to = page.indexOf('\n## ', from + 1);
  const lines = page.slice(from, to < 0 ? undefined : to).split('\n');
  const rows = lines.filter((line) => line.startsWith('| '));
  return rows.slice(1).map((line) => line.slice(2, -2).split(' | '));
}

export function linesOf(direction: Direction): Line[] {
  const cells = tableUnder(direction === 'import' ? 'Towards BlueConic' : 'Towards Braze');
  return cells.flatMap(([strategy, shape, types, sources, whenEmpty, whenA]) =>
    typesOf(types!).flatMap((type) =>
      sourcesOf(sources!).map((source) => ({
        direction,
        strategy: strategy as Line['strategy'],
        ...shapeOf(shape!),
        type,
        source,
        whenEmpty: whenEmpty!,
        whenA: whenA!,
      })),
    ),
  );
}

export function refusedOnes(): Refused[] {
  return tableUnder('What the mapper refuses').map(([direction, strategies, shapes, types, reason]) => {
    const ofTypes = new Set(typesOf(types!));
    const has = (list: string, word: string) => list === 'any' || list.split(', ').includes(word);
    return {
      reason: reason!,
      matches: ({ inside, as, ...of }) =>
        (direction === 'both' || direction === of.direction) &&
        has(strategies!, of.strategy) &&
        ofTypes.has(of.type) &&
        (has(shapes!, inside ? `${as} inside` : as) || (inside && has(shapes!, as))),
    };
  });
}

function typesOf(text: string): FieldType[] {
  if (text === 'all') return [...fieldTypes];
  if (text === 'scalars') return fieldTypes.filter((type) => type !== 'json');
  return text.split(', ') as FieldType[];
}

/** `empty, absent` are two sources with the same result, `B, C` are two values of one. */
function sourcesOf(text: string): string[] {
  return text.split(', ').every((word) => word === 'empty' || word === 'absent') ? text.split(', ') : [text];
}

function shapeOf(text: string): Pick<Line, 'as' | 'inside'> {
  const [as, inside] = text.split(' ');
  return { as: as as Line['as'], inside: inside !== undefined };
}
