import assert from 'node:assert/strict';
import { ApplyQueue } from '../../../src/sandbox/braze/applyQueue';
import { type BrazeSettingsPatch, SettingsInForce } from '../../../src/sandbox/braze/settings';

const inOrder = Array.from({ length: 12 }, (_, at) => at);

/** What twelve changes queued at once leave behind: at once, and when settled. */
async function applied(apply: BrazeSettingsPatch['apply']): Promise<{ atOnce: number[]; settled: number[] }> {
  const queue = new ApplyQueue(new SettingsInForce({ apply }));
  const seen: number[] = [];
  for (const at of inOrder) queue.add(() => seen.push(at));
  const atOnce = [...seen];
  await queue.settled();
  return { atOnce, settled: seen };
}

describe('sandbox Braze: queue of accepted changes', () => {
  it('holds changes back and applies them in the order of arrival', async () => {
    assert.deepEqual(await applied({ delayMs: 5 }), { atOnce: [], settled: inOrder });
  });

  it('applies at once without a delay', async () => {
    assert.deepEqual((await applied({ delayMs: 0 })).atOnce, inOrder);
  });

  it('swaps changes in a race, the same ones for the same seed, and loses none', async () => {
    const race = async (seed: number) => (await applied({ delayMs: 5, order: 'race', seed })).settled;
    const raced = await race(7);
    assert.notDeepEqual(raced, inOrder);
    assert.deepEqual(
      raced.toSorted((one, other) => one - other),
      inOrder,
    );
    assert.deepEqual(await race(7), raced);
    assert.notDeepEqual(await race(8), raced);
  });

  it('forgets what waits when cleared', async () => {
    const queue = new ApplyQueue(new SettingsInForce({ apply: { delayMs: 5 } }));
    const seen: string[] = [];
    queue.add(() => seen.push('forgotten'));
    const settled = queue.settled();
    queue.clear();
    await settled;
    queue.add(() => seen.push('kept'));
    await queue.settled();
    assert.deepEqual(seen, ['kept']);
  });
});
