import assert from 'node:assert/strict';
import type { ProfileUpdate } from '../../src/mapping/profileUpdate';
import type { SinkTarget } from '../../src/run/sinkTarget';
import { sendThrough } from './pieces';

/** Every third row cannot be sent; the others cost two data points each. */
function pricedTarget(): { target: SinkTarget<ProfileUpdate>; sent: number } {
  const counted = { sent: 0 };
  const target: SinkTarget<ProfileUpdate> = {
    name: 'fake',
    objectsPerRequest: 10,
    bytesPerRequest: 1_000_000,
    requestsInFlight: 2,
    prepare: (update) =>
      Number(update.changes[0]?.values[0]) % 3 === 0
        ? { rejected: 'not valid', refused: [] }
        : { item: update, objects: 1, bytes: 100, repeatable: true, refused: [], dataPoints: 2 },
    send: async (items) => {
      counted.sent += items.length;
      return items.map(() => ({ outcome: 'accepted' }));
    },
  };
  return Object.assign(counted, { target });
}

describe('dry run', () => {
  it('prepares and prices every row, sends none, and moves no watermark', async () => {
    const priced = pricedTarget();
    const { told, ended } = sendThrough(priced.target, 12, {
      run: { dryRun: true },
    });
    const { ledger, result, complete, dryRun } = await ended;
    assert.equal(priced.sent, 0);
    assert.deepEqual([ledger.read, ledger.unsent, ledger.rejected, ledger.accepted], [12, 8, 4, 0]);
    assert.deepEqual(ledger.reasons.unsent, { 'dry run': 8 });
    assert.equal(ledger.work.dataPoints, 16);
    assert.equal(ledger.work.requests, 0);
    assert.ok(ledger.balanced);
    assert.deepEqual([complete, dryRun], [false, true]);
    // Four of twelve rejected is more than a run may have, dry or not: that is what a dry run is for.
    assert.equal(result, 'failed');
    assert.equal(told.settled.length, 12);
  });

  it('the same rows are sent by a run that is not dry', async () => {
    const priced = pricedTarget();
    const { ended } = sendThrough(priced.target, 12);
    await ended;
    assert.equal(priced.sent, 8);
  });
});
