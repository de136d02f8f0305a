import { NodeRedRuntime } from '../../test/support/nodeRedRuntime';
import { AnswerWatch } from '../measure/answerWatch';
import { checkLedger, runGoal } from '../measure/goalRun';
import { repeatInTime } from '../measure/repeat';
import { median, significant, spread } from '../measure/statistics';
import { BenchServers } from '../servers/benchServers';
import { exportFlow, goalIds } from '../servers/exportFlow';
import type { Scenario, Size, WallReport } from './scenario';

const seed = 1;
const prefix = 'delta/';
const wall = { limit: 20, windowMs: 1_000 };
/** Few, so that the pace is what is measured, and not how fast profiles come. */
const objectsPerRequest = 10;
const headerStyles = ['epoch', 'mau'] as const;
const startTimeoutMs = 120_000;

interface Way {
  timeRatio: number;
  wastedShare: number;
}

export const exportWall: Scenario = {
  name: 'export-wall',
  about: `a wall of ${wall.limit} requests a second, reset on the clock, in both styles of headers`,
  size: { profiles: 200 * objectsPerRequest, runs: 3 },
  quick: { profiles: 200 * objectsPerRequest, runs: 1 },
  async run(size, say) {
    const servers = await BenchServers.start(size.profiles, seed);
    try {
      await servers.putDeltaFiles(prefix, { seed, from: 0, to: size.profiles });
      const ways = await repeatInTime(size.runs, async (run) => {
        const both: Way[] = [];
        for (const rateHeaders of headerStyles) {
          await servers.slowDown({ ...wall, rateHeaders });
          const way = await oneWay(servers, size.profiles);
          say(
            `run ${run}   ${rateHeaders.padEnd(5)}   time ${way.timeRatio.toFixed(3)} of the ideal   ${(way.wastedShare * 100).toFixed(2)} % answered 429`,
          );
          both.push(way);
        }
        return worseOf(both);
      });
      return report(size, ways);
    } finally {
      await servers.stop();
    }
  },
};

/** A fresh Node-RED each time: the pace knows neither the wall nor the server's clock. */
async function oneWay(servers: BenchServers, profiles: number): Promise<Way> {
  const nodeRed = await NodeRedRuntime.start({ startTimeoutMs });
  try {
    const { nodes, credentials } = exportFlow(servers.description, [prefix], { objectsPerRequest });
    await nodeRed.deploy(nodes, credentials);
    const watch = AnswerWatch.start(servers, 20);
    const requests = Math.ceil(profiles / objectsPerRequest);
    const summary = await runGoal(
      nodeRed,
      goalIds(prefix),
      60_000 + (requests / wall.limit) * 10_000,
    ).finally(() => watch.stop());
    checkLedger(summary, profiles);
    const { accepted, throttled } = watch.last;
    if (accepted !== requests) throw new Error(`Braze accepted ${accepted} requests instead of ${requests}`);
    const first = watch.looks.find((look) => look.accepted + look.throttled > 0)!.at;
    const last = watch.looks.find((look) => look.accepted === requests)!.at;
    return {
      timeRatio: (last - first) / idealMs(first, requests),
      wastedShare: throttled / (accepted + throttled),
    };
  } finally {
    await nodeRed.stop();
  }
}

/** From the first request on: what is left of its window, then as many whole windows as must pass before the last opens. */
function idealMs(first: number, requests: number): number {
  const { limit, windowMs } = wall;
  const windows = Math.ceil(requests / limit);
  return windowMs - (first % windowMs) + (windows - 2) * windowMs;
}

function worseOf(ways: readonly Way[]): Way {
  return {
    timeRatio: Math.max(...ways.map(({ timeRatio }) => timeRatio)),
    wastedShare: Math.max(...ways.map(({ wastedShare }) => wastedShare)),
  };
}

function report({ profiles }: Size, ways: readonly Way[]): WallReport {
  const ratios = ways.map(({ timeRatio }) => significant(timeRatio));
  const shares = ways.map(({ wastedShare }) => significant(wastedShare));
  return {
    runs: ways.length,
    profiles,
    requests: Math.ceil(profiles / objectsPerRequest),
    timeRatio: median(ratios),
    wastedShare: median(shares),
    spread: { timeRatio: spread(ratios), wastedShare: spread(shares) },
  };
}
