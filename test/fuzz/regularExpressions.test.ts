import assert from 'node:assert/strict';
import { expressionsIn, productExpressions, slowest } from './regularExpressions';

/** The shortest first: what grows with every character is found before it takes for ever. */
const lengths = [16, 20, 24, 28, 200, 2_000, 30_000];
/** Ten times what the slowest good one takes, and a third of what one takes whose time grows with the square. */
const limitMs = 500;

/** Expressions that would be slow on a long text, and never see one. */
const seeShortTexts: Record<string, string> = {
  '/0+$/': 'the four decimals of an amount',
  '/\\/+$/': 'an address that somebody types in a dialog',
  '/^\\/+|\\/+$/g': 'the root path in the settings',
};

describe('regular expressions', function () {
  this.timeout(120_000);

  it('are found in the code, and bad ones would be told', () => {
    const code =
      "const a = 1 / 2; const b = x.replace(/[/'\"]\\s+$/g, '/no/'); return /y/.test(`a/b`) || /(z+)+$/i;";
    const found = expressionsIn(`function f() { ${code} }`);
    assert.deepEqual(found.map(String), ['/[/\'"]\\s+$/g', '/y/', '/(z+)+$/i']);
    assert.ok(slowest(/^(a+)+$/, 50, lengths).ms > 50);
    // Long enough for the fastest machine: its time grows with the square.
    assert.ok(slowest(/\s+$/, limitMs, [...lengths, 150_000]).ms > limitMs);
  });

  it('of the product take no longer for texts that are made against them', () => {
    const all = productExpressions();
    assert.ok(all.length > 100, `${all.length} expressions`);
    const slow = all.flatMap(({ file, expression }) => {
      const { ms, text } = slowest(expression, limitMs, lengths);
      const known = Object.hasOwn(seeShortTexts, String(expression));
      return ms > limitMs && !known ? [`${file}: ${expression} takes ${Math.round(ms)} ms for ${text}`] : [];
    });
    assert.deepEqual(slow, []);
  });
});
