import assert from 'node:assert/strict';
import fc from 'fast-check';
import { type FieldPath, formatFieldPath, parseFieldPath } from '../../src/mapping/fieldPath';

describe('field path', () => {
  const readable: [string, FieldPath][] = [
    ['email', ['email']],
    ['custom_attributes.tier', ['custom_attributes', 'tier']],
    ['custom_attributes["a.b"]', ['custom_attributes', 'a.b']],
    ['custom_attributes["a.b"].c', ['custom_attributes', 'a.b', 'c']],
    ['user_aliases[0].alias_name', ['user_aliases', 0, 'alias_name']],
    ['grid[10][2]', ['grid', 10, 2]],
    ['["say \\"hi\\" \\u00e9]"]', ['say "hi" é]']],
    ['[""]', ['']],
    ['custom_attributes.Favourite colour', ['custom_attributes', 'Favourite colour']],
    ['a.0', ['a', '0']],
    ['__proto__.constructor', ['__proto__', 'constructor']],
  ];
  for (const [text, path] of readable) {
    it(`reads ${text}`, () => assert.deepEqual(parseFieldPath(text), path));
  }

  const faulty: [string, number, RegExp][] = [
    ['', 1, /a name is missing/],
    ['.a', 1, /a name is missing/],
    ['a..b', 3, /a name is missing/],
    ['a.', 3, /a name is missing/],
    ['a.["b"]', 3, /a name is missing/],
    ['a["b"]c', 7, /a dot or a bracket must come next/],
    ['a]', 2, /a dot or a bracket must come next/],
    ['a"b', 2, /a dot or a bracket must come next/],
    ['a[b]', 2, /a bracket holds/],
    ["a['b']", 2, /a bracket holds/],
    ['a[01]', 2, /a bracket holds/],
    ['a[-1]', 2, /a bracket holds/],
    ['a["b]', 2, /a bracket holds/],
    ['a[1234567890]', 2, /a bracket holds/],
    ['a["\\x41"]', 2, /JSON does not allow/],
    ['[0]', 1, /begins with a name/],
    [' a', 1, /begins or ends with a space/],
    ['a .b', 1, /begins or ends with a space/],
  ];
  for (const [text, position, reason] of faulty) {
    it(`refuses ${JSON.stringify(text)} at position ${position}`, () => {
      assert.throws(() => parseFieldPath(text), { code: 'FIELD_PATH_INVALID', message: reason });
      assert.throws(() => parseFieldPath(text), { message: new RegExp(`at position ${position}:`) });
    });
  }

  const part = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.constantFrom('__proto__', 'a.b', ' a', 'x"y', '[0]', '0', 'back\\slash'),
    fc.nat(999_999_999),
  );
  const path = fc
    .tuple(fc.string({ unit: 'grapheme' }), fc.array(part))
    .map(([first, rest]) => [first, ...rest]);

  it('reads back every path it writes', () => {
    fc.assert(fc.property(path, (parts) => assert.deepEqual(parseFieldPath(formatFieldPath(parts)), parts)));
  });

  it('answers any text with a path or a fault, and writes what it read in a form of the same meaning', () => {
    const text = fc.string({ unit: fc.constantFrom('a', '.', '[', ']', '"', '0', '1', '\\', ' ', 'é') });
    fc.assert(
      fc.property(text, (written) => {
        let parts: FieldPath;
        try {
          parts = parseFieldPath(written);
        } catch (thrown) {
          assert.equal((thrown as { code?: unknown }).code, 'FIELD_PATH_INVALID');
          return;
        }
        assert.deepEqual(parseFieldPath(formatFieldPath(parts)), parts);
      }),
    );
  });
});
