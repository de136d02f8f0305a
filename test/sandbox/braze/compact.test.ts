import assert from 'node:assert/strict';
import fc from 'fast-check';
import { ColumnChecksum } from '../../../src/sandbox/braze/compactColumn';
import type { CompactUser } from '../../../src/sandbox/braze/compactUsers';
import type { Json } from '../../../src/sandbox/braze/json';
import { allCustomersSegment } from '../../../src/sandbox/braze/segments';
import { valueHash } from '../../../src/sandbox/braze/valueHash';
import { person } from '../../../src/sandbox/people';
import { type BrazeCaller, withBraze } from './brazeCaller';

const users = 1000;
const id = (index: number) => `cust-${String(index).padStart(8, '0')}`;
const withCompact = (test: (braze: BrazeCaller) => Promise<void>, more: object = {}) =>
  withBraze({ compact: { users, seed: 3, ...more }, settings: { apply: { delayMs: 60_000 } } }, test);
const compactUser = (braze: BrazeCaller, index: number) => braze.user(id(index)) as unknown as CompactUser;

describe('sandbox Braze: compact mode', () => {
  it('answers and counts as ever, and applies before it answers', () =>
    withCompact(async (braze) => {
      const { status, body } = await braze.post('/users/track', {
        attributes: [
          { external_id: id(1), tier: 'gold', first_name: 'Mira' },
          { external_id: id(2), email_subscribe: 'no' },
          { external_id: id(3), tier: 'gold', _update_existing_only: true },
        ],
        events: [{ external_id: id(1), name: 'seen', time: '2026-01-01' }],
      });
      assert.deepEqual([status, body.attributes_processed, body.errors.length], [201, 2, 1]);
      assert.equal(braze.sandbox.compact()?.users, 1);
      assert.deepEqual(compactUser(braze, 1).hashes, {
        tier: valueHash('gold'),
        first_name: valueHash('Mira'),
      });
      assert.deepEqual(braze.sandbox.dataPoints(), {
        total: 4,
        attributes: { tier: 2, first_name: 1 },
        events: { seen: 1 },
        purchases: {},
      });
    }));

  it('refuses users who are not its own, one by one', () =>
    withCompact(async (braze) => {
      const strangers = [id(users), 'cust-1', 'cust-0000000x', 'someone-else'].map((external_id) => ({
        external_id,
      }));
      const { body } = await braze.post('/users/track', {
        attributes: [...strangers, { email: 'a@example.org' }, { external_id: id(0), x: 1 }],
      });
      assert.deepEqual(
        body.errors.map(({ index }: { index: number }) => index),
        [0, 1, 2, 3, 4],
      );
      assert.equal(braze.sandbox.compact()?.users, 1);
    }));

  it('has the checksum of the final values, whatever the order of requests', () =>
    withCompact(async (braze) => {
      const value = fc.oneof(
        fc.string({ maxLength: 12 }),
        fc.double({ noNaN: true, noDefaultInfinity: true }),
        fc.boolean(),
        fc.array(fc.string({ maxLength: 5 }), { maxLength: 5 }),
        fc.dictionary(fc.string({ minLength: 6, maxLength: 8 }), fc.integer(), { minKeys: 1, maxKeys: 3 }),
      );
      const values = fc.uniqueArray(fc.tuple(fc.integer({ min: 0, max: users - 1 }), value), {
        selector: ([index]) => index,
        minLength: 1,
        maxLength: 70,
      });
      await fc.assert(
        fc.asyncProperty(values, fc.infiniteStream(fc.nat()), async (pairs, numbers) => {
          const expected = new ColumnChecksum();
          for (const [index, each] of pairs) expected.add(index, valueHash(each as Json));
          const shuffled = pairs
            .map((pair) => ({ pair, at: numbers.next().value }))
            .sort((one, other) => one.at - other.at)
            .map(({ pair }) => pair);
          for (const order of [pairs, shuffled]) {
            braze.sandbox.reset();
            for (const half of [order.slice(0, order.length >> 1), order.slice(order.length >> 1)]) {
              const attributes = half.map(([index, x]) => ({ external_id: id(index), x }));
              if (half.length > 0) await braze.post('/users/track', { attributes });
            }
            assert.deepEqual(braze.sandbox.compact()?.attributes.x, expected.summary());
          }
        }),
        { numRuns: 25 },
      );
    }));

  it('tells apart who has a value', async () => {
    const of = async (index: number) => {
      let checksum = '';
      await withCompact(async (braze) => {
        await braze.send({ external_id: id(index), x: 1 });
        checksum = braze.sandbox.compact()?.attributes.x?.checksum ?? '';
      });
      return checksum;
    };
    assert.notEqual(await of(1), await of(2));
  });

  it('reaches the same hash by adding elements as by setting them', () =>
    withCompact(async (braze) => {
      await braze.send(
        { external_id: id(1), tags: ['a', 'b', 'c'] },
        { external_id: id(2), tags: { add: ['b'] } },
        { external_id: id(2), tags: { add: ['c', 'x', 'a'] } },
        { external_id: id(2), tags: { remove: ['x'] } },
      );
      assert.equal(compactUser(braze, 2).hashes.tags, compactUser(braze, 1).hashes.tags);
    }));

  it('keeps numbers that are incremented', () =>
    withCompact(
      async (braze) => {
        await braze.send(
          { external_id: id(1), points: { inc: 5 }, orders: 3 },
          { external_id: id(1), points: { inc: -2 }, orders: { inc: 1 } },
        );
        const { numbers, hashes } = compactUser(braze, 1);
        assert.deepEqual(numbers, { points: 3, orders: 4 });
        assert.deepEqual([hashes.points, hashes.orders], [valueHash(3), valueHash(4)]);
      },
      { numeric: ['orders'] },
    ));

  it('removes with null, drops what is too long, strips names', () =>
    withCompact(async (braze) => {
      await braze.send(
        { external_id: id(1), ' x ': 1, y: 'keep', z: 1 },
        { external_id: id(1), y: 'y'.repeat(256), z: null },
      );
      assert.deepEqual(compactUser(braze, 1).hashes, { x: valueHash(1), y: valueHash('keep') });
    }));

  it('seeds, starts with existing users, deletes and lists them', () =>
    withCompact(
      async (braze) => {
        await braze.send({ external_id: id(1), x: 1, _update_existing_only: true });
        braze.sandbox.seedPeople({ seed: 3, from: 5, to: 7 });
        await braze.post('/users/delete', { external_ids: [id(0), id(6)] });
        const listed = [...braze.sandbox.users()].map(({ external_id }) => external_id);
        assert.deepEqual(listed, [id(1), id(5)]);
        assert.equal(compactUser(braze, 5).hashes.email, valueHash('person.00000005@example.org'));
        assert.throws(() => braze.sandbox.seedPeople({ seed: 3, from: users, to: users + 1 }), RangeError);
      },
      { existing: 2 },
    ));

  it('exports the invented customers of its seed', () =>
    withCompact(async (braze) => {
      const { body } = await braze.post('/users/export/segment', {
        segment_id: allCustomersSegment.id,
        fields_to_export: ['external_id'],
      });
      assert.equal(body.message, 'success');
      while (braze.sandbox.exports()[0]?.state === 'running') await new Promise(setImmediate);
      assert.equal(braze.sandbox.exports()[0]?.rows, users);
      const size = await braze.get(`/segments/data_series?length=1&segment_id=${allCustomersSegment.id}`);
      assert.equal(size.body.data[0].size, users);
    }));

  it('counts purchases, lists attributes, and has no values to give back', () =>
    withCompact(async (braze) => {
      const purchase = { product_id: 'tee', currency: 'EUR', price: 1, quantity: 3, time: '2026-01-01' };
      const { body } = await braze.post('/users/track', {
        attributes: [{ external_id: id(1), tier: 'gold', first_name: 'Mira' }],
        purchases: [{ ...purchase, external_id: id(2) }],
      });
      assert.equal(body.purchases_processed, 1);
      assert.equal(braze.sandbox.compact()?.users, 2);
      assert.deepEqual(braze.sandbox.dataPoints().purchases, { tee: 3 });
      const { attributes } = (await braze.get('/custom_attributes')).body;
      assert.deepEqual(
        attributes.map(({ name }: { name: string }) => name),
        ['tier'],
      );
      const asked = { external_ids: [id(1)], fields_to_export: ['external_id'] };
      assert.equal((await braze.post('/users/export/ids', asked)).status, 400);
    }));

  it('knows the size of a segment of any kind', () =>
    withCompact(async (braze) => {
      const sizes: number[] = [];
      for (const includes of [
        { from: 990, to: 2000 },
        { attribute: 'gender', equals: 'F' },
      ]) {
        braze.sandbox.defineSegment({ id: 's', name: 'S', includes });
        const { body } = await braze.get('/segments/data_series?length=1&segment_id=s');
        sizes.push(body.data[0].size);
      }
      const women = Array.from({ length: users }, (_, at) => person(3, at)).filter(
        ({ gender }) => gender === 'F',
      );
      assert.deepEqual(sizes, [10, women.length]);
    }));

  it('refuses a size it has no ids for', () =>
    assert.rejects(
      withBraze({ compact: { users: 0, seed: 1 } }, async () => undefined),
      RangeError,
    ));
});
