import assert from 'node:assert/strict';
import fc from 'fast-check';
import { type MeterPoint, RunMeter } from '../../src/run/runMeter';

function meterOf(points: MeterPoint[], earlierRows?: number): RunMeter {
  const meter = new RunMeter();
  if (earlierRows !== undefined) meter.expect(earlierRows);
  for (const point of points) meter.add(point);
  return meter;
}

describe('run meter', () => {
  it('knows nothing at first, and no rate of a single look', () => {
    assert.deepEqual(new RunMeter().reading(), { rate: 0 });
    assert.deepEqual(meterOf([{ at: 0, rows: 50, decided: 20 }]).reading(), { rate: 0 });
  });

  it('gives the rate of the last while, not of the whole run', () => {
    const slow = Array.from({ length: 60 }, (_, s) => ({ at: s * 1000, rows: s, decided: s }));
    const fast = Array.from({ length: 20 }, (_, s) => ({
      at: (60 + s) * 1000,
      rows: 60 + 100 * s,
      decided: 60 + 100 * s,
    }));
    assert.equal(meterOf(slow).reading().rate, 1);
    assert.equal(meterOf([...slow, ...fast]).reading().rate, 100);
  });

  it('expects as many rows as an earlier run had, until there are more', () => {
    const points = [
      { at: 0, rows: 0, decided: 0 },
      { at: 10_000, rows: 250, decided: 200 },
    ];
    assert.deepEqual(meterOf(points, 1_000).reading(), {
      rate: 20,
      expectedRows: 1_000,
      remainingMs: 40_000,
    });
    assert.deepEqual(meterOf(points, 249).reading(), { rate: 20 });
    assert.deepEqual(meterOf(points).reading(), { rate: 20 });
  });

  it('expects of further files what the files before held on average', () => {
    const points = [
      { at: 0, rows: 0, decided: 0, place: { number: 1, of: 4 } },
      { at: 5_000, rows: 60, decided: 50, place: { number: 1, of: 4 } },
      { at: 10_000, rows: 200, decided: 100, place: { number: 3, of: 4 } },
      { at: 11_000, rows: 210, decided: 110, place: { number: 3, of: 4 } },
    ];
    assert.deepEqual(meterOf(points, 7).reading(), { rate: 10, expectedRows: 400, remainingMs: 29_000 });
    assert.equal(meterOf(points.slice(0, 2), 1_000).reading().expectedRows, 1_000);
  });

  it('expects no more rows once everything was read', () => {
    const points = [
      { at: 0, rows: 80, decided: 0, place: { number: 2, of: 4 } },
      { at: 1_000, rows: 100, decided: 20, whole: true },
    ];
    assert.deepEqual(meterOf(points, 500).reading(), { rate: 20, expectedRows: 100, remainingMs: 4_000 });
  });

  it('says nothing of an end while nothing moves', () => {
    const points = [
      { at: 0, rows: 10, decided: 10 },
      { at: 1_000, rows: 10, decided: 10 },
    ];
    assert.deepEqual(meterOf(points, 100).reading(), { rate: 0, expectedRows: 100 });
  });

  it('never expects fewer rows than there are, and never a negative time', () => {
    const step = fc.record({
      ms: fc.integer({ min: 1, max: 5_000 }),
      read: fc.nat(500),
      share: fc.double({ min: 0, max: 1, noNaN: true }),
      next: fc.boolean(),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), fc.nat(20_000), (steps, earlier) => {
        const meter = new RunMeter();
        meter.expect(earlier);
        let [at, rows, decided, number] = [0, 0, 0, 1];
        for (const { ms, read, share, next } of steps) {
          at += ms;
          rows += read;
          decided += Math.floor((rows - decided) * share);
          if (next && number < 10) number++;
          meter.add({ at, rows, decided, place: { number, of: 10 } });
          const reading = meter.reading();
          assert.ok(reading.rate >= 0);
          assert.ok(reading.expectedRows === undefined || reading.expectedRows >= rows);
          assert.ok(reading.remainingMs === undefined || reading.remainingMs >= 0);
        }
      }),
    );
  });
});
