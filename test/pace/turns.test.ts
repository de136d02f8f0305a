import assert from 'node:assert/strict';
import fc from 'fast-check';
import { Turns } from '../../src/pace/turns';

describe('turns', () => {
  it('gives every caller one in each round, its own in order', () => {
    const turns = new Turns<string, string>();
    for (const waiter of ['a1', 'a2', 'a3', 'b1', 'c1', 'c2']) turns.add(waiter[0]!, waiter, false);
    turns.add('a', 'a0', true);
    const order: string[] = [];
    while (!turns.empty) order.push(turns.next()!);
    assert.deepEqual(order, ['a0', 'b1', 'c1', 'a1', 'c2', 'a2', 'a3']);
  });

  it('loses nobody and serves nobody twice, whoever leaves', () => {
    const steps = fc.array(fc.tuple(fc.constantFrom('add', 'first', 'next', 'remove'), fc.nat(3)), {
      maxLength: 80,
    });
    fc.assert(
      fc.property(steps, (script) => {
        const turns = new Turns<number, object>();
        const waiting = new Map<object, number>();
        for (const [what, caller] of script) {
          if (what === 'add' || what === 'first') {
            const waiter = {};
            waiting.set(waiter, caller);
            turns.add(caller, waiter, what === 'first');
          } else if (what === 'next') {
            const waiter = turns.next();
            assert.equal(waiter === undefined, waiting.size === 0);
            if (waiter) assert.ok(waiting.delete(waiter));
          } else {
            const leaving = [...waiting].find(([, of]) => of === caller);
            if (leaving) turns.remove(caller, leaving[0]);
            if (leaving) waiting.delete(leaving[0]);
          }
          assert.equal(turns.empty, waiting.size === 0);
          assert.ok([...turns.heads()].every((waiter) => waiting.has(waiter)));
        }
      }),
    );
  });
});
