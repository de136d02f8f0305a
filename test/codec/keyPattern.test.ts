import assert from 'node:assert/strict';
import fc from 'fast-check';
import { keyPattern } from '../../src/codec/keyPattern';

/** The same rules, tried out one possibility after the other. */
function fitsNaively(pattern: string, key: string, atFolder = true): boolean {
  if (pattern === '') return key === '';
  const stars = /^\*+/.exec(pattern)?.[0].length ?? 0;
  const [first = '', ...more] = key;
  const rest = more.join('');
  if (stars > 1) {
    const after = pattern.slice(stars);
    if (after.startsWith('/') && atFolder) {
      const starts = [0, ...[...key.matchAll(/\//g)].map(({ index }) => index + 1)];
      return starts.some((start) => fitsNaively(after.slice(1), key.slice(start), true));
    }
    return [...key, ''].some((_, at) => fitsNaively(after, [...key].slice(at).join(''), false));
  }
  const after = pattern.slice(String.fromCodePoint(pattern.codePointAt(0)!).length);
  if (stars === 1) {
    const takesOne = first !== '' && first !== '/' && fitsNaively(pattern, rest, false);
    return takesOne || fitsNaively(after, key, false);
  }
  if (first === '') return false;
  if (pattern[0] === '?') return first !== '/' && fitsNaively(after, rest, false);
  return first === String.fromCodePoint(pattern.codePointAt(0)!) && fitsNaively(after, rest, first === '/');
}

const textOf = (...units: string[]) => fc.string({ unit: fc.constantFrom(...units), maxLength: 9 });

describe('keyPattern', () => {
  it('fits what the rules say, tried out one by one', () => {
    const pattern = textOf('a', 'b', '/', '*', '**', '**/', '?', '😀').filter(
      (text) => /[*?]/.test(text) && !/^\/|\/$/.test(text),
    );
    fc.assert(
      fc.property(pattern, textOf('a', 'b', '/', '😀'), (text, key) => {
        assert.equal(keyPattern(text).fits(key), !key.endsWith('/') && fitsNaively(text, key));
      }),
      { numRuns: 5000 },
    );
  });

  it('lists by a prefix that every key that fits begins with', () => {
    fc.assert(
      fc.property(textOf('a', 'b', '/', '*', '?'), textOf('a', 'b', '/'), (text, key) => {
        const { prefix, fits } = keyPattern(text);
        assert.ok(!fits(key) || key.startsWith(prefix));
      }),
    );
  });

  for (const [pattern, fit, unfit] of [
    ['', ['a', 'a/b'], []],
    ['exports/', ['exports/a', 'exports/b/c'], ['other/a', 'exports/', 'exports/b/', 'exports/a.done']],
    ['/exports/2026', ['exports/2026-11.csv', 'exports/2026/a'], ['exports/2025']],
    ['exports/*.csv', ['exports/a.csv', 'exports/.csv'], ['exports/a.csv.gz', 'exports/b/a.csv', 'a.csv']],
    ['exports/*/', ['exports/a/b', 'exports/a/b/c.csv'], ['exports/a', 'exports/a/', 'exports/a/b.done']],
    ['exports/**/*.csv', ['exports/a.csv', 'exports/b/c/a.csv'], ['exports/a.json', 'exportsa.csv']],
    [
      '**/profiles-????.csv',
      ['profiles-2026.csv', 'x/y/profiles-2025.csv'],
      ['profiles-26.csv', 'x-profiles-2026.csv'],
    ],
    ['a**b', ['ab', 'a/x/b'], ['ac']],
    ['a.c?v', ['a.csv', 'a.c?v'], ['abcsv', 'a.c/v', 'a.cv']],
    ['[a]+(b)*', ['[a]+(b)', '[a]+(b)c'], ['aab']],
  ] as const) {
    it(`${JSON.stringify(pattern)} fits ${fit.length} and not ${unfit.length} examples`, () => {
      const { fits } = keyPattern(pattern);
      assert.deepEqual([...fit, ...unfit].filter(fits), [...fit]);
    });
  }

  it('takes no longer for a pattern made to be hard', () => {
    const began = performance.now();
    const { fits } = keyPattern(`${'*a'.repeat(250)}${'**a?'.repeat(100)}b`);
    for (let key = 0; key < 20; key++) assert.equal(fits('a'.repeat(1024)), false);
    // Tried out one by one it would not end in the lifetime of a machine.
    assert.ok(performance.now() - began < 10_000);
  });
});
