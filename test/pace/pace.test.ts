import assert from 'node:assert/strict';
import fc from 'fast-check';
import { Pace, type PaceOptions } from '../../src/pace/pace';
import { sequence } from '../../src/sandbox/faults';
import { FakeClock } from './fakeClock';
import { FakeServer, type FakeServerOptions } from './fakeServer';
import { FakeSink } from './fakeSink';

const wall = { limit: 20, windowMs: 1_000 };

interface Stage {
  clock: FakeClock;
  server: FakeServer;
  pace: Pace;
}

function stage(server: FakeServerOptions, pace: PaceOptions = {}, startMs = 0): Stage {
  const clock = new FakeClock(1_800_000_000_000 + startMs);
  return {
    clock,
    server: new FakeServer(clock, server),
    pace: new Pace({ clock, random: sequence(7), learnsRate: true, ...pace }),
  };
}

/** The least time in which a wall takes so many requests, from where its window is now. */
function idealMs(requests: number, { limit, windowMs }: typeof wall, serverNow: number): number {
  const windowsAfterThis = Math.ceil(requests / limit) - 1;
  return windowMs - (serverNow % windowMs) + (windowsAfterThis - 1) * windowMs;
}

describe('pace', () => {
  describe('at a wall of 20 requests a second, reset on the clock,', () => {
    for (const headers of ['epoch', 'mau'] as const) {
      it(`wastes nothing and loses little time, whatever the phase and the clocks (${headers})`, async () => {
        const world = fc.record({
          phase: fc.integer({ min: 0, max: 999 }),
          aheadMs: fc.integer({ min: -5_000, max: 5_000 }),
          latencyMs: fc.integer({ min: 1, max: 60 }),
          seed: fc.nat(1_000),
        });
        await fc.assert(
          fc.asyncProperty(world, async ({ phase, ...options }) => {
            const { clock, server, pace } = stage({ ...options, wall, headers, jitter: 0.5 }, {}, phase);
            const start = clock.now();
            const sink = new FakeSink(pace, { requests: 200, send: () => server.send() });
            await clock.run(() => sink.over);
            assert.ok(server.refused <= 4, `${server.refused} of 200 were refused`);
            const ratio = (clock.now() - start) / idealMs(200, wall, start + options.aheadMs);
            assert.ok(ratio <= 1.3, `${ratio} times the ideal`);
          }),
          { numRuns: 60 },
        );
      });
    }

    it('learns a rate where no header tells of it, and keeps most of it', async () => {
      for (const headers of ['retry-after', 'none'] as const) {
        const { clock, server, pace } = stage({ wall, headers, latencyMs: 5 });
        const start = clock.now();
        const sink = new FakeSink(pace, { requests: 1_000, send: () => server.send() });
        await clock.run(() => sink.over);
        assert.ok(server.refused <= 80, `${headers}: ${server.refused} of 1,000 were refused`);
        assert.ok(clock.now() - start < 80_000, `${headers}: ${clock.now() - start} ms`);
      }
    });
  });

  it('reaches a limit of 300 a second over a slow line, and is hardly ever refused', async () => {
    for (const headers of ['epoch', 'mau'] as const) {
      const { clock, server, pace } = stage({
        latencyMs: 200,
        jitter: 0.2,
        wall: { limit: 300, windowMs: 1_000 },
        headers,
      });
      new FakeSink(pace, { requests: 1e9, send: () => server.send() });
      await clock.run(() => false, clock.now() + 10_000);
      const before = server.taken;
      await clock.run(() => false, clock.now() + 20_000);
      assert.ok(server.taken - before >= 0.95 * 300 * 20, `${(server.taken - before) / 20} a second`);
      assert.ok(server.refused <= server.taken / 200, `${server.refused} refused`);
    }
  });

  it('leaves the reserve to others', async () => {
    const { clock, server, pace } = stage(
      { latencyMs: 10, wall: { limit: 100, windowMs: 1_000 }, headers: 'epoch' },
      { reserve: 0.25 },
    );
    new FakeSink(pace, { requests: 1e9, send: () => server.send() });
    await clock.run(() => false, clock.now() + 10_000);
    const perWindow = new Map<number, number>();
    for (const at of server.sentAt) {
      const window = Math.floor((at + 5) / 1_000);
      perWindow.set(window, (perWindow.get(window) ?? 0) + 1);
    }
    assert.ok(Math.max(...perWindow.values()) <= 75, 'never into the reserve');
    assert.ok(server.taken >= 0.95 * 75 * 10, 'but up to it');
  });

  it('sends nothing until the window of the hour starts afresh, and says why', async () => {
    const hour = 3_600_000;
    const { clock, server, pace } = stage(
      { latencyMs: 20, wall: { limit: 50, windowMs: hour }, headers: 'epoch' },
      {},
      0,
    );
    const sink = new FakeSink(pace, { requests: 60, send: () => server.send() });
    await clock.run(() => sink.over);
    assert.equal(server.refused, 0);
    const opening = server.sentAt[50]! % hour;
    assert.ok(opening < 1_000, `the next one went ${opening} ms after the hour`);
    assert.ok(sink.waits.some(([ms, why]) => ms > 60_000 && why === 'window'));
  });

  it('keeps to every budget of the contract, however many share it', async () => {
    const contract = fc.record({
      budget: fc.integer({ min: 3, max: 200 }),
      minute: fc.option(fc.integer({ min: 20, max: 2_000 }), { nil: undefined }),
      latencyMs: fc.integer({ min: 1, max: 400 }),
      sinks: fc.integer({ min: 1, max: 4 }),
      reserve: fc.constantFrom(0, 0.1, 0.5),
    });
    await fc.assert(
      fc.asyncProperty(contract, async ({ budget, minute, latencyMs, sinks, reserve }) => {
        const budgets = [
          { requests: budget, windowMs: 3_000 },
          ...(minute === undefined ? [] : [{ requests: minute, windowMs: 60_000 }]),
        ];
        const { clock, server, pace } = stage({ latencyMs, jitter: 1 }, { budgets, reserve });
        for (let n = 0; n < sinks; n++) {
          new FakeSink(pace, { requests: 1e9, send: () => server.send() });
        }
        await clock.run(() => server.sentAt.length > 400, clock.now() + 200_000);
        for (const { requests, windowMs } of budgets) {
          const most = Math.max(1, Math.floor(requests * (1 - reserve)));
          for (const [at, time] of server.sentAt.entries()) {
            const before = server.sentAt[at - most];
            assert.ok(before === undefined || time - before >= windowMs - 0.001, `${most} in ${windowMs} ms`);
          }
        }
      }),
      { numRuns: 40 },
    );
  });

  it('gives sinks that wait the same share, whenever they came', async () => {
    const { clock, server, pace } = stage(
      { latencyMs: 50 },
      { budgets: [{ requests: 60, windowMs: 3_000 }] },
    );
    const send = () => server.send();
    const early = new FakeSink(pace, { requests: 1e9, send });
    await clock.run(() => false, clock.now() + 30_000);
    const lead = early.done;
    const late = new FakeSink(pace, { requests: 1e9, send });
    await clock.run(() => false, clock.now() + 60_000);
    const share = late.done / (early.done - lead + late.done);
    assert.ok(share > 0.47 && share < 0.53, `${share}`);
  });

  it('sends one alone until the first answer, and after a refusal that says nothing', async () => {
    const { clock, server, pace } = stage({ latencyMs: 100 });
    new FakeSink(pace, { requests: 40, send: () => server.send() });
    await clock.run(() => false, clock.now() + 60);
    assert.equal(server.sentAt.length, 1);
    await clock.run(() => server.sentAt.length > 1);
    assert.equal(server.inFlight, 8);

    const refused = stage({ latencyMs: 10 });
    let refusals = 0;
    const sink = new FakeSink(refused.pace, {
      requests: 30,
      send: async () => {
        const heard = await refused.server.send();
        if (refused.clock.now() >= 1_800_000_003_000) return heard;
        refusals++;
        return { how: 'throttled' as const };
      },
    });
    await refused.clock.run(() => sink.over);
    assert.ok(refusals <= 4, `${refusals} tries in three seconds of refusals`);
    assert.equal(sink.done, 30);
  });

  it('lets a request go that is not to wait any longer, and everybody whose run was stopped', async () => {
    const stopped = new AbortController();
    const { clock, server, pace } = stage({
      latencyMs: 10,
      wall: { limit: 5, windowMs: 3_600_000 },
      headers: 'mau',
    });
    const brief = new FakeSink(pace, { requests: 8, send: () => server.send(), withinMs: 5_000 });
    await clock.run(() => brief.over, clock.now() + 10_000);
    assert.deepEqual([brief.done, brief.gaveUp], [5, 3]);
    const patient = new FakeSink(pace, { requests: 8, send: () => server.send(), signal: stopped.signal });
    await clock.run(() => false, clock.now() + 10_000);
    assert.equal(patient.done, 0);
    stopped.abort();
    await clock.run(() => patient.over, clock.now() + 1);
    assert.equal(patient.gaveUp, 8);
    assert.equal(clock.pending, 0, 'no timer is left behind');
    assert.equal(pace.idle, true);
  });

  it('brings everything through, whatever the server does', async () => {
    const script = fc.record({
      headers: fc.constantFrom('epoch' as const, 'mau' as const, 'retry-after' as const, 'none' as const),
      limit: fc.integer({ min: 1, max: 40 }),
      windowMs: fc.constantFrom(1_000, 3_000, 60_000),
      latencyMs: fc.integer({ min: 0, max: 300 }),
      aheadMs: fc.integer({ min: -100_000, max: 100_000 }),
      sinks: fc.array(fc.integer({ min: 0, max: 60 }), { minLength: 1, maxLength: 3 }),
      trouble: fc.constantFrom(0, 0.1, 0.4),
      seed: fc.nat(10_000),
    });
    await fc.assert(
      fc.asyncProperty(script, async ({ limit, windowMs, sinks, trouble, ...options }) => {
        const { clock, server, pace } = stage({ ...options, wall: { limit, windowMs }, jitter: 1 });
        const random = sequence(options.seed);
        const send = async () => {
          const heard = await server.send();
          if (heard.how !== 'taken' || random() >= trouble) return heard;
          return { how: random() < 0.5 ? ('overloaded' as const) : ('silent' as const) };
        };
        const all = sinks.map((requests) => new FakeSink(pace, { requests, send }));
        await clock.run(() => all.every((sink) => sink.over));
        assert.deepEqual(
          all.map(({ done }) => done),
          sinks,
        );
        assert.equal(pace.idle, true);
        assert.equal(clock.pending, 0);
      }),
      { numRuns: 150 },
    );
  });
});
