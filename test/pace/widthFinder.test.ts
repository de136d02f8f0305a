import assert from 'node:assert/strict';
import { Pace } from '../../src/pace/pace';
import { WidthFinder } from '../../src/pace/widthFinder';
import { sequence } from '../../src/sandbox/faults';
import { FakeClock } from './fakeClock';
import { FakeServer, type FakeServerOptions } from './fakeServer';
import { FakeSink } from './fakeSink';

/** Sends without end to a server of this kind, and looks at the pace after so many seconds. */
async function lookAfter(seconds: number, options: FakeServerOptions, most?: number) {
  const clock = new FakeClock();
  const server = new FakeServer(clock, options);
  const pace = new Pace({ clock, random: sequence(1), ...(most !== undefined && { most }) });
  const sink = new FakeSink(pace, { requests: 1e9, send: () => server.send() });
  await clock.run(() => false, clock.now() + (seconds - 1) * 1000);
  const before = sink.done;
  await clock.run(() => false, clock.now() + 1000);
  return { width: pace.width, mostInFlight: server.mostInFlight, perSecond: sink.done - before };
}

describe('width finder', () => {
  it('reaches what a slow line needs within seconds, and stays within its bound', async () => {
    const { width, perSecond } = await lookAfter(6, { latencyMs: 200, jitter: 0.4 });
    assert.ok(width >= 128, `${width} in flight`);
    assert.ok(perSecond > 300, `${perSecond} answers in the sixth second`);
    const bounded = await lookAfter(6, { latencyMs: 200, jitter: 0.4 }, 20);
    assert.equal(bounded.mostInFlight, 20);
  });

  it('reaches it too where requests go and come in step, since the sink takes its time with answers', async () => {
    const clock = new FakeClock();
    const server = new FakeServer(clock, { latencyMs: 200 });
    const pace = new Pace({ clock, random: sequence(1) });
    const conclude = () => new Promise<void>((resolve) => void clock.after(5, resolve));
    const sink = new FakeSink(pace, { requests: 1e9, send: () => server.send(), conclude });
    await clock.run(() => false, clock.now() + 6_000);
    assert.ok(pace.width >= 128, `${pace.width} in flight after ${sink.done} answers`);
  });

  it('does not widen where a server is busy all the time', async () => {
    for (const workers of [1, 4, 12]) {
      const { width, perSecond } = await lookAfter(30, { latencyMs: 20, jitter: 0.5, workers });
      assert.ok(width <= Math.max(10, 3 * workers), `${width} for ${workers} workers`);
      const best = workers * 50;
      assert.ok(perSecond >= best * 0.85, `${perSecond} of ${best} answers a second`);
    }
  });

  it('narrows with trouble, once for all that were in flight, and widens again', () => {
    const finder = new WidthFinder(64);
    assert.equal(finder.width, 8);
    for (let n = 0; n < 8; n++) finder.trouble(10, 20, 0.5);
    assert.equal(finder.width, 4);
    finder.trouble(30, 40, 0.5);
    assert.equal(finder.width, 2);
    for (let n = 0; n < 5; n++) finder.trouble(100 * n + 50, 100 * n + 60, 0.5);
    assert.equal(finder.width, 1);
    let now = 1_000;
    for (let n = 0; n < 400; n++) {
      now += 200 / finder.width;
      finder.answered(now - 200, now, true);
    }
    assert.ok(finder.width > 4, `${finder.width} after a good while`);
  });

  it('learns nothing while the width is not what holds back', () => {
    const finder = new WidthFinder(64);
    for (let now = 0; now < 20_000; now += 25) finder.answered(now - 200, now, false);
    assert.equal(finder.width, 8, 'the source was the limit');
    for (let now = 20_000; now < 40_000; now += 25) {
      finder.held();
      finder.answered(now - 200, now, true);
    }
    assert.equal(finder.width, 8, 'a rate was the limit');
  });
});
