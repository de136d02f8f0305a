import assert from 'node:assert/strict';
import { LoopProbe } from '../../bench/measure/loopProbe';
import { Child } from '../support/childProcess';
import { until } from '../support/until';

const stallMs = 120;
/** Says that it is up, then keeps its event loop busy once, and says so. */
const stalling = `
setInterval(() => undefined, 1000);
console.log('up');
setTimeout(() => {
  for (const end = performance.now() + ${stallMs}; performance.now() < end; );
  setTimeout(() => console.log('stalled'), 10);
}, 300);
`;

describe('the probe inside a measured process', () => {
  it('sees a stall, and starts anew after each look', async () => {
    const probe = await LoopProbe.create();
    const child = new Child([...probe.nodeFlags, '--eval', stalling], { env: probe.env });
    const printed = (word: string) =>
      until(() => child.stdout.includes(word), { what: word, evidence: () => child.output });
    try {
      await printed('stalled');
      const beforeFirst = performance.now();
      const first = await probe.take();
      assert.ok(first.loop.max >= stallMs, `max ${first.loop.max}`);
      assert.ok(first.loop.p50 <= first.loop.p99 && first.loop.p99 <= first.loop.max);
      // The stall was spent computing, all of it within the time looked at.
      assert.ok(first.wallMs >= stallMs && first.cpuUs > 0);
      const second = await probe.take();
      const since = performance.now() - beforeFirst;
      assert.ok(second.wallMs <= since, `${second.wallMs} ms, though the first look was ${since} ms ago`);
    } finally {
      await child.stop();
    }
  });
});
