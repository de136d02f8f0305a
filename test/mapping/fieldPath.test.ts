import assert from 'node:assert/strict';
import fc from 'fast-check';
import { type FieldPath, formatFieldPath, type PathPart, parseFieldPath } from '../../src/mapping/fieldPath';

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
    ['campaigns_received[*].name', ['campaigns_received', { list: 'every' }, 'name']],
    ['a[*].b[*]', ['a', { list: 'every' }, 'b', { list: 'every' }]],
    ['campaigns_received[#]', ['campaigns_received', { list: 'count' }]],
    ['["*"]["#"]', ['*', '#']],
    [
      'custom_events[name="Order placed"].count',
      ['custom_events', { list: 'with', key: 'name', text: 'Order placed' }, 'count'],
    ],
    ['a["the key"="x]=\\"y"]', ['a', { list: 'with', key: 'the key', text: 'x]="y' }]],
    ['a[ the key =""]', ['a', { list: 'with', key: 'the key', text: '' }]],
    ['a[__proto__="x"]', ['a', { list: 'with', key: '__proto__', text: 'x' }]],
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
    ['a[name=b]', 2, /a bracket holds/],
    ['a[name="b]', 2, /a bracket holds/],
    ['a[="b"]', 2, /a bracket holds/],
    ['a[ ="b"]', 2, /the key is missing/],
    ['a[name="\\x41"]', 2, /JSON does not allow/],
    ['a[#].b', 5, /nothing can follow/],
    ['a[#][0]', 5, /nothing can follow/],
    ['[*]', 1, /begins with a name/],
    ['[#]', 1, /begins with a name/],
    ['[a="b"]', 1, /begins with a name/],
    [`a${'[*]'.repeat(11)}`, 32, /10 whole lists at most/],
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
    fc.constant<PathPart>({ list: 'every' }),
    fc
      .tuple(fc.oneof(fc.string(), fc.constantFrom('name', 'a=b', ' a', '*')), fc.string({ unit: 'binary' }))
      .map(([key, text]): PathPart => ({ list: 'with', key, text })),
  );
  const path = fc
    .tuple(fc.string({ unit: 'grapheme' }), fc.array(part), fc.boolean())
    .map(
      ([first, rest, counted]): FieldPath => [
        first,
        ...rest,
        ...(counted ? [{ list: 'count' } as const] : []),
      ],
    );

  it('reads back every path it writes', () => {
    fc.assert(fc.property(path, (parts) => assert.deepEqual(parseFieldPath(formatFieldPath(parts)), parts)));
  });

  it('answers any text with a path or a fault, and writes what it read in a form of the same meaning', () => {
    const text = fc.string({
      unit: fc.constantFrom('a', '.', '[', ']', '"', '0', '1', '\\', ' ', 'é', '*', '#', '='),
    });
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
