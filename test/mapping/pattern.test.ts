import assert from 'node:assert/strict';
import fc from 'fast-check';
import { patternFault, patternSees, patternTest } from '../../src/mapping/pattern';

describe('pattern', () => {
  const fine = [
    'a+b*',
    '(ab)+',
    '(a+)',
    '(a+)?',
    '[(+]+',
    '\\(+\\)+',
    '^(?:de|fr)-\\d{2}$',
    '(a{2})+',
    '(a|b)*',
    '(foo|bar)+',
    '(?:de|fr){3}-x',
    '(a|ab)?c+',
    '(?<word>x|y)+',
  ];
  for (const pattern of fine) it(`takes ${pattern}`, () => assert.equal(patternFault(pattern), undefined));

  const alike = ['(a|a)*', '(a|ab)+', '(?:.|a)+', '(\\w|a){2,}', '([ab]|a)*', '(|a)+', '(a|A)*', '((x|x))*'];
  const endless = [
    ...alike,
    '(a*){20}',
    '(?:x+y?){3}',
    '(a+)+',
    '(a*)*',
    '(a+b?){2,}',
    '((a+))+',
    '(?:x(y+)z)*',
    '([)]+)+',
    '(a{1,})+',
  ];
  for (const pattern of endless) {
    it(`refuses ${pattern}`, () => assert.match(patternFault(pattern) ?? '', /repeats a group/));
  }

  it('takes or refuses any text, and what it takes answers for any text as a plain pattern would', () => {
    const text = fc.string({ unit: fc.constantFrom(...'ab(+*)[]\\{2,}|?^$.'), maxLength: 12 });
    fc.assert(
      fc.property(text, fc.string({ maxLength: 20 }), fc.boolean(), (pattern, subject, ignoreCase) => {
        if (patternFault(pattern) !== undefined) return;
        const expected = new RegExp(pattern, ignoreCase ? 'i' : '').test(subject);
        assert.equal(patternTest(pattern, ignoreCase)(subject), expected);
      }),
    );
  });

  it('sees the beginning of a long text', () => {
    const found = patternTest('b$', false);
    assert.ok(found(`${'a'.repeat(patternSees - 1)}b and much more`));
  });
});
