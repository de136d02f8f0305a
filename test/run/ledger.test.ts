import assert from 'node:assert/strict';
import fc from 'fast-check';
import { Ledger, outcomes } from '../../src/run/ledger';

describe('ledger', () => {
  it('is balanced exactly when every row read or added is undecided or has an outcome', () => {
    fc.assert(
      fc.property(
        fc.nat(20),
        fc.nat(20),
        fc.array(fc.constantFrom(...outcomes), { maxLength: 40 }),
        fc.nat(40),
        (read, added, decided, undecided) => {
          const ledger = new Ledger();
          for (let row = 0; row < read; row++) ledger.rowRead();
          for (let row = 0; row < added; row++) ledger.rowAdded();
          for (const outcome of decided) ledger.count(outcome);
          const snapshot = ledger.snapshot(undecided);
          assert.equal(snapshot.balanced, read + added === decided.length + undecided);
          assert.equal(ledger.total, read + added);
          assert.equal(ledger.decided, decided.length);
          for (const outcome of outcomes) {
            assert.equal(snapshot[outcome], decided.filter((one) => one === outcome).length);
          }
        },
      ),
    );
  });

  it('counts reasons by outcome, with refs of the first ten', () => {
    const ledger = new Ledger();
    for (let row = 1; row <= 12; row++) ledger.countWithReason('rejected', 'bad e-mail', 'r', 1, row);
    ledger.countWithReason('filtered', 'bad e-mail', 'r', 2, 1);
    const { reasons, samples } = ledger.snapshot(0);
    assert.deepEqual(reasons, { rejected: { 'bad e-mail': 12 }, filtered: { 'bad e-mail': 1 } });
    assert.equal(samples['rejected: bad e-mail']?.length, 10);
    assert.deepEqual(samples['filtered: bad e-mail'], ['r/2/1']);
  });

  it('leaves no trace of a row whose outcome was taken back', () => {
    const ledger = new Ledger();
    ledger.countWithReason('filtered', 'left out', 'r', 1, 1);
    ledger.countWithReason('filtered', 'left out', 'r', 1, 2);
    ledger.takeBack('filtered', 'left out', 'r', 1, 1);
    assert.deepEqual(ledger.snapshot(0).reasons, { filtered: { 'left out': 1 } });
    assert.deepEqual(ledger.snapshot(0).samples, { 'filtered: left out': ['r/1/2'] });
    ledger.takeBack('filtered', 'left out', 'r', 1, 2);
    assert.deepEqual(ledger.snapshot(0), new Ledger().snapshot(0));
  });

  it('keeps its size however many reasons there are, and loses no row by it', () => {
    const ledger = new Ledger();
    for (let row = 1; row <= 1000; row++) ledger.countWithReason('rejected', `reason ${row}`, 'r', 1, row);
    const { rejected, reasons } = ledger.snapshot(0);
    const byReason = Object.values(reasons.rejected ?? {});
    assert.equal(rejected, 1000);
    assert.ok(byReason.length <= 101);
    assert.equal(
      byReason.reduce((sum, rows) => sum + rows, 0),
      1000,
    );
  });

  it('counts apart what is no row', () => {
    const ledger = new Ledger();
    ledger.accepted('created');
    ledger.accepted('updated');
    ledger.accepted('updated');
    ledger.attributeRefused('too-long');
    ledger.acceptedUnconfirmed();
    ledger.attributeRefused('too-long');
    ledger.work.requests++;
    const snapshot = ledger.snapshot(0);
    assert.deepEqual([snapshot.created, snapshot.updated, snapshot.unconfirmed], [1, 2, 1]);
    const restored = Ledger.restored(ledger.state({ read: 0, added: 0 })).snapshot(0);
    assert.deepEqual([restored.created, restored.updated, restored.unconfirmed], [1, 2, 1]);
    assert.deepEqual(snapshot.refusedAttributes, { 'too-long': 2 });
    assert.equal(snapshot.balanced, true);
    ledger.work.requests++;
    assert.equal(snapshot.work.requests, 1, 'a snapshot does not change any more');
  });

  it('goes on from a checkpoint of a release that had fewer counters', () => {
    const state = new Ledger().state({ read: 0, added: 0 });
    const earlier = { requests: 2, attempts: 3, objects: 100, dataPoints: 500, bytesSent: 9_000 };
    const { work } = Ledger.restored({ ...state, work: earlier as typeof state.work });
    work.dataPointsSaved += 5;
    work.attributesSaved += 4;
    assert.deepEqual(
      { ...work },
      { ...earlier, dataPointsUncertain: 0, dataPointsSaved: 5, attributesSaved: 4, refreshed: 0 },
    );
  });
});
