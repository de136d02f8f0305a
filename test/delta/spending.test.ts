import assert from 'node:assert/strict';
import fc from 'fast-check';
import { Spending } from '../../src/delta/spending';

/** What becomes of a request: how much of its price was spent, and how often it was tried again before. */
interface Fate {
  price: number;
  spentShare: number;
  repeats: number;
}

describe('spending under ceilings', () => {
  it('never passes a ceiling, whatever the order, the number in flight and the answers', () => {
    const fate = fc.record({
      price: fc.nat(40),
      spentShare: fc.constantFrom(0, 0.5, 1),
      repeats: fc.nat(2),
    });
    fc.assert(
      fc.property(
        fc.array(fate, { minLength: 1, maxLength: 40 }),
        fc.integer({ min: 0, max: 400 }),
        fc.integer({ min: 1, max: 8 }),
        fc.infiniteStream(fc.nat(7)),
        (requests, ceiling, width, choices) => {
          const spending = new Spending();
          spending.limit('run', ceiling, 0);
          const waiting = [...requests];
          const inFlight: (Fate & { reserved: number; charged: number })[] = [];
          let spent = 0;
          const answerOne = () => {
            const [one] = inFlight.splice(choices.next().value! % inFlight.length, 1);
            const charged = one!.charged + Math.round(one!.price * one!.spentShare);
            spent += Math.round(one!.price * one!.spentShare);
            spending.settle(one!.reserved, charged);
          };
          while (waiting.length > 0 || inFlight.length > 0) {
            if (inFlight.length === width || waiting.length === 0) {
              answerOne();
              continue;
            }
            const next = waiting[0]!;
            const answer = spending.reserve(next.price);
            if (answer === 'never') break;
            if (answer === 'wait') {
              assert.ok(inFlight.length > 0, 'waits only for what is in flight');
              answerOne();
              continue;
            }
            waiting.shift();
            const sent = { ...next, reserved: next.price, charged: 0 };
            for (let repeat = 0; repeat < next.repeats && spending.reserveAgain(next.price); repeat++) {
              // The try before reached Braze, though its answer did not reach us.
              sent.reserved += next.price;
              sent.charged += next.price;
              spent += next.price;
            }
            inFlight.push(sent);
            assert.ok(spent + inFlight.reduce((sum, { price }) => sum + price, 0) <= ceiling);
          }
          while (inFlight.length > 0) answerOne();
          assert.ok(spent <= ceiling);
          // It gave up only because the next request would really have passed the ceiling.
          if (waiting.length > 0) assert.ok(spent + waiting[0]!.price > ceiling);
        },
      ),
      { numRuns: 1_000 },
    );
  });

  it('stops for good before the first request beyond, and says which ceiling it was', () => {
    const spending = new Spending();
    spending.limit('run', 1_000, 0);
    spending.limit('emptyStore', 100, 30);
    assert.equal(spending.reserve(70), 'go');
    spending.settle(70, 70);
    assert.equal(spending.reached, undefined);
    assert.equal(spending.reserve(1), 'never');
    assert.deepEqual(spending.reached, { kind: 'emptyStore', limit: 100 });
    assert.equal(spending.reserve(0), 'never');
  });

  it('waits for what is in flight, which may turn out to cost nothing', () => {
    const spending = new Spending();
    spending.limit('run', 10, 0);
    assert.equal(spending.reserve(10), 'go');
    assert.equal(spending.reserve(1), 'wait');
    spending.settle(10, 0);
    assert.equal(spending.reserve(1), 'go');
  });

  it('lets nothing go before it is open, and everything where there is no ceiling', () => {
    const spending = new Spending(true);
    assert.equal(spending.reserve(0), 'wait');
    spending.open();
    assert.equal(spending.reserve(1_000_000_000), 'go');
    assert.equal(spending.passedBy(1_000_000_000), undefined);
  });
});
