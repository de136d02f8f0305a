import assert from 'node:assert/strict';
import fc from 'fast-check';
import { RequestPacker } from '../../src/run/requestPacker';

interface Row {
  id: number;
  objects: number;
  bytes: number;
}

const rows = fc
  .array(fc.record({ objects: fc.integer({ min: 1, max: 9 }), bytes: fc.integer({ min: 1, max: 120 }) }))
  .map((list) => list.map((row, id): Row => ({ id, ...row })));

function packed(list: Row[], objectLimit: number, byteLimit: number): { requests: Row[][]; refused: Row[] } {
  const packer = new RequestPacker<Row>(objectLimit, byteLimit);
  const refused = list.filter((row) => !packer.add(row, row.objects, row.bytes));
  const requests: Row[][] = [];
  for (let request = packer.takeFull(); request; request = packer.takeFull()) requests.push(request);
  const rest = packer.takeRest();
  if (rest) requests.push(rest);
  return { requests, refused };
}

const sum = (list: Row[], key: 'objects' | 'bytes') => list.reduce((total, row) => total + row[key], 0);

describe('request packer', () => {
  it('keeps every request under both limits, loses no row, and keeps their order', () => {
    fc.assert(
      fc.property(
        rows,
        fc.integer({ min: 1, max: 20 }),
        fc.integer({ min: 20, max: 300 }),
        (list, objects, bytes) => {
          const { requests, refused } = packed(list, objects, bytes);
          for (const request of requests) {
            assert.ok(sum(request, 'objects') <= objects);
            assert.ok(sum(request, 'bytes') <= bytes);
            assert.ok(request.length > 0);
          }
          for (const row of refused) assert.ok(row.objects > objects || row.bytes > bytes);
          const sent = requests.flat().map(({ id }) => id);
          const expected = list.filter((row) => !refused.includes(row)).map(({ id }) => id);
          assert.deepEqual(sent, expected);
        },
      ),
    );
  });

  it('fills requests: two neighbours never fit into one', () => {
    fc.assert(
      fc.property(rows, (list) => {
        const { requests } = packed(list, 10, 200);
        for (let at = 1; at < requests.length; at++) {
          const first = requests[at]![0]!;
          const before = requests[at - 1]!;
          assert.ok(sum(before, 'objects') + first.objects > 10 || sum(before, 'bytes') + first.bytes > 200);
        }
      }),
    );
  });

  it('gives everything that waits, sent or not, when asked for all', () => {
    const packer = new RequestPacker<number>(2, 100);
    for (const row of [1, 2, 3, 4, 5]) packer.add(row, 1, 1);
    assert.deepEqual(packer.takeFull(), [1, 2]);
    assert.equal(packer.takeRest(), undefined, 'a full request waits before the rest');
    assert.deepEqual(packer.takeAll(), [3, 4, 5]);
    assert.deepEqual(packer.takeAll(), []);
  });
});
