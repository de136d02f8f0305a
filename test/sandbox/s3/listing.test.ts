import assert from 'node:assert/strict';
import fc from 'fast-check';
import {
  compareKeys,
  type ListingPosition,
  listPage,
  readToken,
  writeToken,
} from '../../../src/sandbox/s3/listing';

/** Few letters, so that prefixes, delimiters and neighbours meet often. */
const smallKeys = fc.uniqueArray(
  fc.string({ unit: fc.constantFrom('a', 'b', '/', '-'), minLength: 1, maxLength: 6 }),
);
const anyKey = fc.string({ unit: 'binary', maxLength: 8 });

function allPages(sorted: string[], query: { prefix: string; delimiter: string; limit: number }) {
  const keys: string[] = [];
  const commonPrefixes: string[] = [];
  let from: ListingPosition | undefined;
  do {
    const page = listPage(sorted, { ...query, ...(from && { from }) });
    assert.ok(page.keys.length + page.commonPrefixes.length <= query.limit);
    keys.push(...page.keys);
    commonPrefixes.push(...page.commonPrefixes);
    from = page.next && readToken(writeToken(page.next));
  } while (from);
  return { keys, commonPrefixes };
}

describe('listing', () => {
  it('orders keys by their UTF-8 bytes', () => {
    fc.assert(
      fc.property(anyKey, anyKey, (a, b) => {
        assert.equal(Math.sign(compareKeys(a, b)), Buffer.compare(Buffer.from(a), Buffer.from(b)));
      }),
    );
    assert.ok(compareKeys('\uffee', '\u{1f600}') < 0);
  });

  it('gives every key below a prefix once and in order, whatever the page size', () => {
    fc.assert(
      fc.property(
        smallKeys,
        fc.constantFrom('', 'a', 'a/', 'b-'),
        fc.integer({ min: 1, max: 5 }),
        (keys, prefix, limit) => {
          const sorted = keys.sort(compareKeys);
          const expected = sorted.filter((key) => key.startsWith(prefix));
          assert.deepEqual(allPages(sorted, { prefix, delimiter: '', limit }).keys, expected);
        },
      ),
    );
  });

  it('rolls keys up to common prefixes, each named once over all pages', () => {
    fc.assert(
      fc.property(
        smallKeys,
        fc.constantFrom('', 'a', 'a/'),
        fc.integer({ min: 1, max: 5 }),
        (keys, prefix, limit) => {
          const sorted = keys.sort(compareKeys);
          const below = sorted.filter((key) => key.startsWith(prefix));
          const isDeep = (key: string): boolean => key.slice(prefix.length).includes('/');
          const rolled = below.filter(isDeep).map((key) => key.slice(0, key.indexOf('/', prefix.length) + 1));
          assert.deepEqual(allPages(sorted, { prefix, delimiter: '/', limit }), {
            keys: below.filter((key) => !isDeep(key)),
            commonPrefixes: [...new Set(rolled)],
          });
        },
      ),
    );
  });

  it('goes on after a start key that need not exist', () => {
    const from = { after: 'b', wholePrefix: false };
    assert.deepEqual(listPage(['a', 'ba', 'c'], { prefix: '', delimiter: '', limit: 10, from }).keys, [
      'ba',
      'c',
    ]);
  });

  it('is not truncated where the last page is exactly full', () => {
    assert.equal(listPage(['a', 'b'], { prefix: '', delimiter: '', limit: 2 }).next, undefined);
  });

  it('knows a foreign token', () => {
    for (const token of ['', 'nonsense!', 'YWJj']) assert.equal(readToken(token), undefined);
  });
});
