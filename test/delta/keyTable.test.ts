import assert from 'node:assert/strict';
import fc from 'fast-check';
import { KeyTable } from '../../src/delta/keyTable';

describe('key table', () => {
  /** Few keys, many of which share their first bytes, so that they meet in one bucket. */
  const someKey = fc.tuple(fc.nat(2), fc.nat(2), fc.nat(1)).map(([first, second, last]) => {
    const key = Buffer.alloc(16);
    key.writeInt32LE(first - 1, 0);
    key.writeInt32LE(second, 4);
    key.writeInt32LE(-last, 12);
    return key;
  });

  it('knows what is in it and what is not, as a Map would', () => {
    const step = fc.record({ key: someKey, add: fc.boolean() });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 200 }), (steps) => {
        const table = new KeyTable();
        const model = new Map<string, number>();
        for (const { key, add } of steps) {
          const name = key.toString('hex');
          const known = model.get(name);
          assert.equal(table.find(key), known ?? -1);
          if (add && known === undefined) {
            const slot = table.add(key);
            assert.ok(![...model.values()].includes(slot) && slot < table.slots);
            assert.deepEqual(table.keyAt(slot), key);
            model.set(name, slot);
          } else if (!add && known !== undefined) {
            table.remove(known);
            model.delete(name);
          }
          assert.equal(table.size, model.size);
        }
        for (const [name, slot] of model) assert.equal(table.find(Buffer.from(name, 'hex')), slot);
      }),
    );
  });

  it('grows, and uses the slots of keys that were taken out again', () => {
    const table = new KeyTable();
    const key = (n: number) => {
      const bytes = Buffer.alloc(16);
      bytes.writeInt32LE(Math.imul(n, 0x9e3779b1), 0);
      bytes.writeInt32LE(n, 8);
      return bytes;
    };
    for (let n = 0; n < 10_000; n++) table.add(key(n));
    for (let n = 0; n < 10_000; n += 2) table.remove(table.find(key(n)));
    for (let n = 10_000; n < 15_000; n++) table.add(key(n));
    assert.deepEqual([table.size, table.slots], [10_000, 10_000]);
    for (let n = 0; n < 15_000; n++) assert.equal(table.find(key(n)) >= 0, n >= 10_000 || n % 2 === 1);
  });
});
