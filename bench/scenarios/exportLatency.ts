import { NodeRedRuntime } from '../../test/support/nodeRedRuntime';
import { AnswerWatch } from '../measure/answerWatch';
import { checkLedger, runGoal } from '../measure/goalRun';
import { repeatInTime } from '../measure/repeat';
import { median, significant, spread } from '../measure/statistics';
import { BenchServers } from '../servers/benchServers';
import { exportFlow, goalIds } from '../servers/exportFlow';
import type { LimitReport, Scenario, Size } from './scenario';

const seed = 1;
const prefix = 'delta/';
const limit = 300;
const latencyMs = 200;
/** Few, so that the pace is what is measured: with 75, the limit would be 22,500 profiles a second. */
const objectsPerRequest = 5;
/** Nine tenths of the limit must be reached by then; the rate is that of the seconds before. */
const reachedAfterMs = 30_000;
const rateOverMs = 10_000;
const startTimeoutMs = 120_000;

interface Way {
  requestRate: number;
  throttledShare: number;
  secondsToLimit: number;
}

export const exportLatency: Scenario = {
  name: 'export-latency-200',
  about: `${latencyMs} ms to every answer, ${limit} requests a second at most; how much of that is used`,
  size: { profiles: 50_000, runs: 3 },
  quick: { profiles: 50_000, runs: 1 },
  async run(size, say) {
    const servers = await BenchServers.start(size.profiles, seed);
    try {
      await servers.putDeltaFiles(prefix, { seed, from: 0, to: size.profiles });
      await servers.slowDown({ limit, windowMs: 1_000, rateHeaders: 'epoch', latencyMs });
      const ways = await repeatInTime(size.runs, async (run) => {
        const way = await oneWay(servers, size.profiles);
        say(
          `run ${run}   ${way.requestRate.toFixed(0)} requests/s   ${(way.throttledShare * 100).toFixed(2)} % answered 429   0.9 after ${way.secondsToLimit.toFixed(1)} s`,
        );
        return way;
      });
      return report(size, ways);
    } finally {
      await servers.stop();
    }
  },
};

/** A fresh Node-RED each time, and nothing sent before: the pace begins without knowing anything. */
async function oneWay(servers: BenchServers, profiles: number): Promise<Way> {
  const nodeRed = await NodeRedRuntime.start({ startTimeoutMs });
  try {
    const { nodes, credentials } = exportFlow(servers.description, [prefix], { objectsPerRequest });
    await nodeRed.deploy(nodes, credentials);
    const watch = AnswerWatch.start(servers, 250);
    const summary = await runGoal(
      nodeRed,
      goalIds(prefix),
      60_000 + (profiles / objectsPerRequest / limit) * 4_000,
    ).finally(() => watch.stop());
    checkLedger(summary, profiles);
    const { accepted, throttled } = watch.last;
    if (accepted !== summary.ledger.work.requests) {
      throw new Error(`Braze accepted ${accepted} requests, the run counts ${summary.ledger.work.requests}`);
    }
    const start = Date.parse(summary.startedAt);
    const until = Math.min(start + reachedAfterMs, Date.parse(summary.endedAt));
    return {
      requestRate: rateOf(watch, until - rateOverMs, until),
      throttledShare: throttled / (accepted + throttled),
      secondsToLimit: secondsToLimit(watch, start),
    };
  } finally {
    await nodeRed.stop();
  }
}

function rateOf(watch: AnswerWatch, from: number, to: number): number {
  const [first, last] = [watch.at(from), watch.at(to)];
  return ((last.accepted - first.accepted) / (last.at - first.at)) * 1000;
}

/** The end of the first three seconds over which nine tenths of the limit were used; infinite where there are none. */
function secondsToLimit(watch: AnswerWatch, start: number): number {
  const found = watch.looks.find(
    ({ at }) => at - start >= 3_000 && rateOf(watch, at - 3_000, at) >= 0.9 * limit,
  );
  return found ? (found.at - start) / 1000 : Number.POSITIVE_INFINITY;
}

function report({ profiles }: Size, ways: readonly Way[]): LimitReport {
  const ratios = ways.map(({ requestRate }) => significant(requestRate / limit));
  const shares = ways.map(({ throttledShare }) => significant(throttledShare));
  return {
    runs: ways.length,
    profiles,
    limit,
    requestRate: significant(median(ways.map(({ requestRate }) => requestRate))),
    ratio: significant(median(ratios)),
    throttledShare: median(shares),
    secondsToLimit: significant(median(ways.map((way) => way.secondsToLimit))),
    spread: { ratio: spread(ratios), throttledShare: spread(shares) },
  };
}
