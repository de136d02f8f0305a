import assert from 'node:assert/strict';
import fc from 'fast-check';
import { PageSize, parsedBytes } from '../../src/blueconic/pageSize';

describe('page size of a segment', () => {
  const quick = (rows: number, bytesEach: number) => ({ rows, bytes: rows * bytesEach, ms: 50 });

  it('grows twofold up to the setting while pages are small', () => {
    const size = new PageSize(1000);
    const sizes = Array.from({ length: 5 }, () => {
      const { rows } = size;
      size.arrived(quick(rows, 100));
      return rows;
    });
    assert.deepEqual(sizes, [200, 400, 800, 1000, 1000]);
  });

  it('holds as many profiles as parse in time, and follows when they become larger or smaller', () => {
    const size = new PageSize(1000);
    size.arrived({ rows: 200, bytes: 4 * parsedBytes, ms: 50 });
    assert.equal(size.rows, 50);
    size.arrived({ rows: 50, bytes: parsedBytes / 2, ms: 50 });
    assert.equal(size.rows, 100);
  });

  it('halves after a slow or failed page, and grows again only after some good ones', () => {
    const size = new PageSize(1000);
    size.failed();
    assert.equal(size.rows, 100);
    size.arrived({ ...quick(100, 100), ms: 20_000 });
    assert.equal(size.rows, 50);
    const sizes = Array.from({ length: 6 }, () => {
      size.arrived(quick(size.rows, 100));
      return size.rows;
    });
    assert.deepEqual(sizes, [50, 50, 50, 50, 100, 200]);
  });

  it('is always between one and the setting, and fits the profiles last seen', () => {
    const page = fc.record({
      rows: fc.integer({ min: 0, max: 1000 }),
      bytes: fc.integer({ min: 2, max: 50_000_000 }),
      ms: fc.integer({ min: 0, max: 60_000 }),
    });
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 10_000 }),
        fc.array(fc.option(page), { maxLength: 40 }),
        (most, pages) => {
          const size = new PageSize(most);
          for (const arrived of pages) {
            if (arrived) size.arrived(arrived);
            else size.failed();
            assert.ok(Number.isInteger(size.rows) && size.rows >= 1 && size.rows <= most);
            if (!arrived || arrived.ms > 15_000 || arrived.rows === 0) continue;
            const each = arrived.bytes / arrived.rows;
            assert.ok(size.rows === 1 || size.rows * each <= parsedBytes);
          }
        },
      ),
    );
  });
});
