import assert from 'node:assert/strict';
import { estimatedUsers, isFarBelow } from '../../src/braze/exportEstimate';

const signal = new AbortController().signal;

describe('the estimate of an export', () => {
  const estimate = (...sizes: [time: string, size: number][]) =>
    estimatedUsers(
      { segmentSizes: async () => sizes.map(([time, size]) => ({ time, size })) },
      'segment',
      signal,
    );

  it('is the newest that is not zero, in whatever order they come', async () => {
    assert.equal(await estimate(['2026-11-23', 100], ['2026-11-24', 120]), 120);
    assert.equal(await estimate(['2026-11-24', 120], ['2026-11-23', 100]), 120);
    assert.equal(await estimate(['2026-11-23', 100], ['2026-11-24', 0]), 100);
  });

  it('is none where there is no other than zero', async () => {
    assert.equal(await estimate(['2026-11-23', 0], ['2026-11-24', 0]), undefined);
    assert.equal(await estimate(), undefined);
  });

  it('ends with the reason of its signal', async () => {
    const stop = new AbortController();
    const client = {
      segmentSizes: async () => {
        stop.abort(new Error('stopped'));
        throw new Error('the connection was closed');
      },
    };
    await assert.rejects(estimatedUsers(client, 'segment', stop.signal), /stopped/);
  });

  it('is missed by far below 80 percent of it', () => {
    assert.deepEqual(
      [0, 79, 80, 81, 500].map((read) => isFarBelow(read, 100)),
      [true, true, false, false, false],
    );
  });
});
