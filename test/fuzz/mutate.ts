import { sequence } from '../../src/sandbox/faults';

/** Texts that have broken readers before: of JSON, CSV, XML, HTTP, paths and patterns. */
const nastyTexts = [
  '__proto__',
  'constructor',
  'prototype',
  '\u0000',
  '\ud800',
  '\udfff\ud800',
  '\ufeff',
  '\u2028',
  '"',
  '""',
  '\\u0000',
  '\\ud800',
  '\r\n',
  '\r\nx-injected: yes\r\n\r\n',
  '../../../etc/passwd',
  '%2e%2e%2f',
  '{{7*7}}',
  '1e999',
  '-0',
  '9007199254740993',
  'NaN',
  'null',
  '[]',
  '{}',
  '{"a":',
  '<!DOCTYPE x [<!ENTITY a "aaaa">]>&a;',
  ','.repeat(50),
  '['.repeat(2_000),
  'a'.repeat(5_000),
];

export interface Random {
  below(limit: number): number;
  oneOf<T>(list: readonly T[]): T;
}

/** The same numbers for the same seed. */
export function randomOf(seed: number): Random {
  const random = sequence(seed);
  const below = (limit: number) => Math.floor(random() * limit);
  return { below, oneOf: (list) => list[below(list.length)]! };
}

/** The bytes with one to eight changes; now and then none at all, so that the good way is walked too. */
export function mutated(bytes: Buffer, random: Random): Buffer {
  let changed: Buffer = Buffer.from(bytes);
  for (let left = random.below(9); left > 0; left--) changed = changedOnce(changed, random);
  return changed;
}

function changedOnce(bytes: Buffer, { below, oneOf }: Random): Buffer {
  const at = below(bytes.length + 1);
  const upTo = Math.min(bytes.length, at + 1 + below(64));
  const [before, piece, after] = [bytes.subarray(0, at), bytes.subarray(at, upTo), bytes.subarray(upTo)];
  switch (below(7)) {
    case 0:
      // One bit.
      return Buffer.concat([
        before,
        piece.map((byte, index) => (index === 0 ? byte ^ (1 << below(8)) : byte)),
        after,
      ]);
    case 1:
      return Buffer.concat([before, Buffer.from(oneOf(nastyTexts)), piece, after]);
    case 2:
      return Buffer.concat([before, Buffer.from(oneOf(nastyTexts)), after]);
    case 3:
      return Buffer.concat([before, after]);
    case 4:
      return Buffer.concat([before, piece, piece, piece, after]);
    case 5:
      return before;
    default:
      return Buffer.concat([before, Buffer.from(Array.from(piece, () => below(256))), after]);
  }
}

/** A JSON value with some of its parts replaced, taken away, or put where others were. */
export function mutatedJson(value: unknown, random: Random): unknown {
  const { below, oneOf } = random;
  if (below(12) === 0) return strangeValue(random);
  if (Array.isArray(value)) {
    const list = value.map((item) => mutatedJson(item, random));
    if (below(8) === 0) list.push(strangeValue(random));
    return below(12) === 0 ? list.slice(below(list.length + 1)) : list;
  }
  if (typeof value !== 'object' || value === null) return value;
  const changed: Record<string, unknown> = {};
  for (const [key, item] of Object.entries(value)) {
    if (below(14) === 0) continue;
    define(changed, below(14) === 0 ? oneOf(nastyTexts) : key, mutatedJson(item, random));
  }
  if (below(8) === 0) define(changed, oneOf(nastyTexts), strangeValue(random));
  return changed;
}

/** Also `__proto__` becomes a property like any other, as `JSON.parse` has it. */
function define(object: object, key: string, value: unknown): void {
  Object.defineProperty(object, key, { value, enumerable: true, configurable: true, writable: true });
}

function strangeValue({ below, oneOf }: Random): unknown {
  switch (below(8)) {
    case 0:
      return null;
    case 1:
      return oneOf(nastyTexts);
    case 2:
      return oneOf([0, -1, 1.5, 1e308, -0, 2 ** 53, 1e21]);
    case 3:
      return oneOf([true, false]);
    case 4:
      return nested(below(3_000));
    case 5:
      return [oneOf(nastyTexts), [], {}];
    case 6:
      return JSON.parse('{"__proto__":{"polluted":true},"constructor":{"prototype":{"polluted":true}}}');
    default:
      return { [oneOf(nastyTexts)]: oneOf(nastyTexts) };
  }
}

/** So many lists in one another. */
function nested(depth: number): unknown {
  let value: unknown = 1;
  for (let level = 0; level < depth; level++) value = [value];
  return value;
}
