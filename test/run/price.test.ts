import assert from 'node:assert/strict';
import fc from 'fast-check';
import { PriceList } from '../../src/run/price';
import { RequestLimits } from '../../src/run/requestLimits';
import { RequestPacker } from '../../src/run/requestPacker';
import type { Prepared } from '../../src/run/sinkTarget';

/** What a row would send: points by attribute. */
type Item = Record<string, number>;

const limits = () => new RequestLimits({ objects: 10, perKind: false, bytes: 1_000 });
const target = { pricesOf: (item: Item) => Object.entries(item) };

function prepared(item: Item, changes: Partial<Prepared<Item>> = {}): Prepared<Item> {
  const dataPoints = Object.values(item).reduce((sum, points) => sum + points, 0);
  return { item, objects: 1, bytes: 10, repeatable: true, refused: [], dataPoints, ...changes };
}

const rows = fc.array(
  fc.record({
    item: fc.dictionary(fc.constantFrom('a', 'b', 'c'), fc.integer({ min: 1, max: 9 })),
    objects: fc.integer({ min: 1, max: 12 }),
    repeatable: fc.boolean(),
  }),
  { maxLength: 60 },
);

describe('price list', () => {
  it('prices what a run would send: the same requests, objects and data points', () => {
    fc.assert(
      fc.property(rows, (given) => {
        const list = new PriceList<Item>(target, limits());
        const plain = new RequestPacker<Item>(limits());
        const once = new RequestPacker<Item>(limits());
        let [objects, dataPoints] = [0, 0];
        for (const row of given) {
          const one = prepared(row.item, { objects: row.objects, repeatable: row.repeatable });
          list.addRow({ allowCreate: false });
          list.add(one);
          if (!(row.repeatable ? plain : once).add(row.item, one)) continue;
          objects += row.objects;
          dataPoints += one.dataPoints!;
        }
        let requests = 0;
        for (const packer of [plain, once]) {
          while (packer.takeFull() ?? packer.takeRest()) requests++;
        }
        const price = list.total();
        assert.deepEqual(
          [price.rows, price.requests, price.objects, price.dataPoints],
          [given.length, requests, objects, dataPoints],
        );
        const named = price.byAttribute.reduce((sum, one) => sum + one.dataPoints, 0);
        assert.equal(named + price.otherAttributes, price.dataPoints);
        assert.deepEqual(list.total(), price, 'asking again changes nothing');
      }),
    );
  });

  it('names the twenty dearest attributes, however many there are', () => {
    const list = new PriceList<Item>(target, limits());
    for (let at = 1; at <= 3_000; at++) list.add(prepared({ [`attribute ${at}`]: at <= 30 ? 100 + at : 1 }));
    const { byAttribute, otherAttributes, dataPoints } = list.total();
    assert.equal(byAttribute.length, 20);
    assert.deepEqual(byAttribute[0], { name: 'attribute 30', dataPoints: 130 });
    assert.deepEqual(byAttribute[19], { name: 'attribute 11', dataPoints: 111 });
    assert.equal(byAttribute.reduce((sum, one) => sum + one.dataPoints, 0) + otherAttributes, dataPoints);
  });

  it('tells how many users may be created only where somebody looked who is known', () => {
    const list = new PriceList<Item>(target, limits());
    list.addRow({ allowCreate: true });
    assert.equal('mayBeCreated' in list.total(), false);
    list.addRow({ allowCreate: true, known: true });
    list.addRow({ allowCreate: false, known: false });
    assert.equal(list.total().mayBeCreated, 0);
    list.addRow({ allowCreate: true, known: false });
    assert.equal(list.total().mayBeCreated, 1);
  });

  it('works for targets that charge nothing', () => {
    const list = new PriceList<Item>({}, limits());
    const { dataPoints: _free, ...row } = prepared({ a: 1 });
    list.addRow({ allowCreate: true });
    list.add(row);
    assert.deepEqual(list.total({ incomplete: true }), {
      rows: 1,
      dataPoints: 0,
      requests: 1,
      objects: 1,
      byAttribute: [],
      otherAttributes: 0,
      incomplete: true,
    });
  });
});
