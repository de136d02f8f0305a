import assert from 'node:assert/strict';
import fc from 'fast-check';
import { RequestLimits, type RequestShare } from '../../src/run/requestLimits';
import { RequestPacker } from '../../src/run/requestPacker';

interface Row extends RequestShare {
  id: number;
}

const rows = fc
  .array(fc.record({ objects: fc.integer({ min: 1, max: 9 }), bytes: fc.integer({ min: 1, max: 120 }) }))
  .map((list) => list.map((row, id): Row => ({ id, ...row })));

const ofKinds = fc
  .array(
    fc.record({
      kinds: fc
        .tuple(fc.nat(5), fc.nat(5), fc.nat(5))
        .filter((kinds) => kinds.some((objects) => objects > 0)),
      bytes: fc.integer({ min: 1, max: 120 }),
    }),
  )
  .map((list) =>
    list.map((row, id): Row => ({ id, ...row, objects: row.kinds.reduce((total, n) => total + n) })),
  );

function limitsOf(objects: number, bytes: number, perKind = false): RequestLimits {
  return new RequestLimits({ objects, bytes, perKind });
}

function packed(list: Row[], limits: RequestLimits): { requests: Row[][]; refused: Row[] } {
  const packer = new RequestPacker<Row>(limits);
  const refused = list.filter((row) => !packer.add(row, row));
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
          const { requests, refused } = packed(list, limitsOf(objects, bytes));
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
        const { requests } = packed(list, limitsOf(10, 200));
        for (let at = 1; at < requests.length; at++) {
          const first = requests[at]![0]!;
          const before = requests[at - 1]!;
          assert.ok(sum(before, 'objects') + first.objects > 10 || sum(before, 'bytes') + first.bytes > 200);
        }
      }),
    );
  });

  it('keeps each kind under the limit of its own, where kinds have one', () => {
    fc.assert(
      fc.property(ofKinds, fc.integer({ min: 1, max: 12 }), (list, objects) => {
        const { requests, refused } = packed(list, limitsOf(objects, 300, true));
        const kinds = (request: Row[]) =>
          [0, 1, 2].map((kind) => request.reduce((total, row) => total + row.kinds![kind]!, 0));
        for (const request of requests) assert.ok(kinds(request).every((number) => number <= objects));
        for (const row of refused) assert.ok(row.kinds!.some((number) => number > objects));
        assert.deepEqual(
          requests.flat().map(({ id }) => id),
          list.filter((row) => !refused.includes(row)).map(({ id }) => id),
        );
        for (const [at, request] of requests.slice(0, -1).entries()) {
          const next = requests[at + 1]![0]!;
          const full = kinds(request).some((number, kind) => number + next.kinds![kind]! > objects);
          const used = kinds(request).includes(objects);
          assert.ok(full || used || sum(request, 'bytes') + next.bytes > 300, 'a request is cut too early');
        }
      }),
    );
  });

  it('keeps to a limit that is lowered on the way', () => {
    const limits = limitsOf(4, 100);
    const packer = new RequestPacker<number>(limits);
    const add = (...list: number[]) => list.map((row) => packer.add(row, { objects: row, bytes: 1 }));
    add(1, 1, 1);
    limits.objects = 2;
    assert.deepEqual(add(1, 1, 3), [true, true, false]);
    assert.deepEqual(packer.takeFull(), [1, 1, 1], 'what is packed stays as it is');
    assert.deepEqual(packer.takeFull(), [1, 1]);
  });

  it('gives everything that waits, sent or not, when asked for all', () => {
    const packer = new RequestPacker<number>(limitsOf(2, 100));
    for (const row of [1, 2, 3, 4, 5]) packer.add(row, { objects: 1, bytes: 1 });
    assert.deepEqual(packer.takeFull(), [1, 2]);
    assert.equal(packer.takeRest(), undefined, 'a full request waits before the rest');
    assert.deepEqual(packer.takeAll(), [3, 4, 5]);
    assert.deepEqual(packer.takeAll(), []);
  });
});
