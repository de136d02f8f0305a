/**
 * Keys in the order in which a reader wants them, the same whichever dialog step wrote them first, so that two versions
 * of a mapping differ only where the mapping does. Keys that are not named follow in the order of the alphabet.
 */
const keyOrder = [
  'version',
  'direction',
  'allowCreate',
  'identifiers',
  'filter',
  'rows',
  'join',
  'conditions',
  'kind',
  'path',
  'expression',
  'source',
  'operator',
  'value',
  'value2',
  'compare',
  'ignoreCase',
  'target',
  'inside',
  'type',
  'as',
  'strategy',
] as const;

const rank: ReadonlyMap<string, number> = new Map(keyOrder.map((key, at) => [key, at]));

/** A mapping as a file: JSON, indented by two spaces, with a line feed at its end. */
export function writeMappingFile(mapping: object): string {
  return `${JSON.stringify(ordered(mapping), null, 2)}\n`;
}

/** The name under which a mapping is saved; from a node's name only what every file system takes. */
export function mappingFileName(nodeName: string | undefined, direction: string): string {
  const name = (nodeName ?? '')
    .normalize('NFC')
    .replace(/[^\p{L}\p{N}]+/gu, '-')
    .replace(/^-+|-+$/g, '')
    .slice(0, 80);
  return `${name === '' ? `mapping-${direction}` : name}.mapping.json`;
}

function ordered(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(ordered);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).sort(
    ([one], [other]) => placeOf(one) - placeOf(other) || (one < other ? -1 : 1),
  );
  return Object.fromEntries(entries.map(([key, inner]) => [key, ordered(inner)]));
}

function placeOf(key: string): number {
  return rank.get(key) ?? keyOrder.length;
}
