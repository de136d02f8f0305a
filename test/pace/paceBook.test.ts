import assert from 'node:assert/strict';
import type { PaceLimits } from '../../src/pace/pace';
import { PaceBook } from '../../src/pace/paceBook';

const limits = (most: number, requests = 100): PaceLimits => ({
  most,
  budgets: [{ requests, windowMs: 3_000 }],
  reserve: 0,
});

describe('pace book', () => {
  it('has one pace for each group, under the strictest of its limits', () => {
    const book = new PaceBook();
    const pace = book.join('a', 'one', limits(6));
    assert.equal(book.join('a', 'two', limits(3)), pace);
    assert.notEqual(book.join('b', 'one', limits(6)), pace);
    assert.equal(pace.width, 3);
    book.leave('a', 'two');
    assert.equal(pace.width, 6);
  });

  it('keeps a group over a deploy and forgets it an hour later', () => {
    let now = 0;
    const book = new PaceBook({}, () => now);
    const pace = book.join('a', 'one', limits(6));
    book.leave('a', 'one');
    now += 1_000;
    assert.equal(book.join('a', 'one', limits(4)), pace);
    assert.equal(pace.width, 4, 'under its new limits');
    book.leave('a', 'one');
    now += 3_700_000;
    book.join('b', 'one', limits(6));
    assert.equal(book.size, 1);
  });
});
