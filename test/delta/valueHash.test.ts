import assert from 'node:assert/strict';
import fc from 'fast-check';
import { ValueHasher } from '../../src/delta/valueHash';

const hasher = new ValueHasher(Buffer.alloc(32, 7));

function hash(value: unknown, by = hasher): string {
  by.hash(value);
  return `${by.low}/${by.high}`;
}

describe('hash of a value', () => {
  it('is the same for the same JSON, whatever the order of keys', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        assert.equal(hash(value), hash(reversed(value)));
      }),
    );
  });

  it('differs for values that Braze would store differently', () => {
    const values = [
      ...['', ' ', '5', 'a', 'b', 'ab', 'ba', 'true', 'null', '[]', '{}', 'ä', '\u0000', '\ud800'],
      ...[0, 1, -1, 5, 0.1, 5e300, 2 ** 53 - 1],
      ...[true, false, null],
      ...[[], [''], ['a'], ['a', 'b'], ['b', 'a'], ['ab'], [['a'], 'b'], [5], ['5']],
      ...[{}, { a: 1 }, { a: '1' }, { b: 1 }, { a: { b: 1 } }, { a: [] }, { a: null }],
    ];
    assert.equal(new Set(values.map((value) => hash(value))).size, values.length);
  });

  it('knows a point in time in every form', () => {
    const forms = [
      ...['2026-11-20T08:15:00Z', '2026-11-20T08:15:00.000Z', '2026-11-20 08:15:00.000 UTC'],
      ...['2026-11-20T09:15:00+01:00', '2026-11-20 08:15:00', '2026-11-20T08:15:00:000Z'],
    ];
    assert.deepEqual([...new Set(forms.map((form) => hash(form)))], [hash(forms[0])]);
    assert.equal(
      hash({ at: { $time: forms[0] } }),
      hash({ at: forms[2] }),
      'a marked time comes back unmarked',
    );
    assert.notEqual(hash('2026-11-20T08:15:00Z'), hash('2026-11-20T08:15:01Z'));
    assert.notEqual(hash('2026-13-20'), hash('2026-13-21'), 'what is no time is text');
  });

  it('has no collision among many short texts', () => {
    const seen = new Set<string>();
    for (let n = 0; n < 200_000; n++) {
      hasher.hash(n.toString(36));
      seen.add(`${hasher.low}/${hasher.high}`);
    }
    assert.equal(seen.size, 200_000);
  });

  it('gets through whatever JSON can be read, and takes nothing for equal that it has not looked at', () => {
    const nested = (depth: number): unknown => JSON.parse(`${'['.repeat(depth)}1${']'.repeat(depth)}`);
    assert.equal(hash(nested(150)), hash(nested(150)));
    for (const depth of [300, 100_000]) assert.notEqual(hash(nested(depth)), hash(nested(depth)));
    assert.equal(hash('after'), hash('after'));
  });

  it('depends on the secret', () => {
    assert.notEqual(hash('gold'), hash('gold', new ValueHasher(Buffer.alloc(32, 8))));
  });

  it('names fields in 31 bits, and leaves the last hash as it is', () => {
    const before = hash('gold');
    const ids = ['tier', 'Tier', 'tier ', 'points', '__proto__'].map((name) => hasher.nameId(name));
    assert.equal(new Set(ids).size, ids.length);
    assert.ok(ids.every((id) => Number.isInteger(id) && id >= 0 && id < 2 ** 31));
    assert.equal(`${hasher.low}/${hasher.high}`, before);
  });
});

function reversed(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(reversed);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .reverse()
      .map(([key, inner]) => [key, reversed(inner)]),
  );
}
