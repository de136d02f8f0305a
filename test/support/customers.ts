import { gzipSync } from 'node:zlib';
import { seededProperties } from '../../src/sandbox/blueconic/seed';
import { person } from '../../src/sandbox/people';

/** Which invented customers the tests of whole flows work with. */
export const seed = 1;

/** What BlueConic exports of the customers `from` up to but not including `to`: one delta record each. */
export function deltaRecords(from: number, to: number): { properties: Record<string, readonly string[]> }[] {
  return Array.from({ length: to - from }, (_, at) => {
    const someone = person(seed, from + at);
    const held = [...seededProperties].map(([property, valuesOf]) => [property, valuesOf(someone)] as const);
    return {
      permissionLevel: 'PERSONAL',
      properties: Object.fromEntries(held.filter(([, values]) => values.length > 0)),
    };
  });
}

/** Delta records as CSV with a byte order mark, every cell quoted, several values parted by `|`. */
export function csvOf(records: readonly { properties: Record<string, readonly string[]> }[]): string {
  const names = [...new Set(records.flatMap(({ properties }) => Object.keys(properties)))];
  const line = (cells: readonly string[]) => cells.map((cell) => `"${cell.replaceAll('"', '""')}"`).join(',');
  const rows = records.map(({ properties }) => line(names.map((name) => (properties[name] ?? []).join('|'))));
  return `\uFEFF${[line(names), ...rows].join('\r\n')}\r\n`;
}

/** The `loyalty_points` of those customers, as `attribute` returns them. */
export function pointsOf(indexes: Iterable<number>): Map<string, unknown> {
  return new Map([...indexes].map((index) => [person(seed, index).externalId, person(seed, index).points]));
}

/** Whole numbers from `from` up to but not including `to`. */
export function range(from: number, to: number): number[] {
  return Array.from({ length: to - from }, (_, at) => from + at);
}

/** A gzip NDJSON file; lines given as text go in as they are. */
export function gzipLines(lines: readonly (object | string)[]): Buffer {
  const text = lines.map((line) => `${typeof line === 'string' ? line : JSON.stringify(line)}\n`);
  return gzipSync(text.join(''));
}
