import { NodeRedRuntime } from '../../test/support/nodeRedRuntime';
import { SandboxProcess } from '../../test/support/sandboxProcess';
import { checkLedger, runGoal } from '../measure/goalRun';
import { LoopProbe } from '../measure/loopProbe';
import { cpuTimeUs, MemoryWatch } from '../measure/processFigures';
import { repeatInTime } from '../measure/repeat';
import { median, significant } from '../measure/statistics';
import { runProgram } from '../programs/program';
import type { SegmentFloorResult, SegmentFloorSettings } from '../programs/segmentFloor';
import { benchSinkSettings } from '../servers/benchSink';
import { segmentFlow, segmentGoals } from '../servers/segmentFlow';
import { elapsed, line, type ProductWay, report, type Way, way } from './pairs';
import type { Scenario } from './scenario';

const warmUpProfiles = 20_000;
/** The default of the source's setting. */
const pageRows = 1000;
/** A run that is slower than this has gone wrong. */
const slowestRate = 500;
const startTimeoutMs = 120_000;

export const segmentRead: Scenario = {
  name: 'segment-read',
  about: 'a whole BlueConic segment into a sink that decides at once, beside a plain fetch and parse',
  size: { profiles: 1_000_000, runs: 3 },
  quick: { profiles: 100_000, runs: 2 },
  async run(size, say) {
    // The sandbox's BlueConic knows three of four people.
    const people = Math.floor((size.profiles * 4) / 3);
    const servers = await SandboxProcess.start({ from: 'dist', compact: true, people, seed: 1 });
    try {
      const pairs = await repeatInTime(size.runs, async (run) => {
        const floor = await floorWay(servers, size.profiles);
        const product = await productWay(servers, size.profiles);
        if (floor.pages !== product.requests)
          throw new Error(`The floor read ${floor.pages} pages, the product ${product.requests}.`);
        say(line(run, floor, product));
        return { floor, product };
      });
      return { ...report(size, pairs), parseMs: parseFigures(pairs.map(({ floor }) => floor.parseMs)) };
    } finally {
      await servers.stop();
    }
  },
};

interface FloorWay extends Way {
  pages: number;
  /** Sorted. */
  parseMs: readonly number[];
}

async function floorWay(servers: SandboxProcess, profiles: number): Promise<FloorWay> {
  const serversBefore = cpuTimeUs(servers.pid);
  const found = await runProgram<SegmentFloorSettings, SegmentFloorResult>('segmentFloor', {
    blueconic: servers.description.blueconic,
    pageRows,
    warmUpProfiles,
  });
  const serversUs = elapsed(serversBefore, cpuTimeUs(servers.pid));
  if (found.profiles !== profiles)
    throw new Error(`The floor read ${found.profiles} of ${profiles} profiles.`);
  const share = profiles / (profiles + Math.min(warmUpProfiles, profiles));
  return {
    ...way(profiles, found.ms, found.cpuUs, serversUs === undefined ? undefined : serversUs * share),
    pages: found.pages,
    parseMs: found.parseMs,
  };
}

/** Medians over the runs. @param runs times of each run, sorted. */
function parseFigures(runs: readonly (readonly number[])[]): { p50: number; p99: number; max: number } {
  const at = (share: number) =>
    significant(median(runs.map((times) => times[Math.ceil(times.length * share) - 1]!)));
  return { p50: at(0.5), p99: at(0.99), max: at(1) };
}

/** A fresh Node-RED each time: a used one has a watermark, and a heap with a history. */
async function productWay(servers: SandboxProcess, profiles: number): Promise<ProductWay> {
  const probe = await LoopProbe.create();
  const { nodeFlags, env } = probe;
  const nodeRed = await NodeRedRuntime.start({ nodeFlags, env, startTimeoutMs, settings: benchSinkSettings });
  try {
    const { nodes, credentials } = segmentFlow(servers.description, warmUpProfiles);
    await nodeRed.deploy(nodes, credentials);
    const memory = await MemoryWatch.ofIdle(nodeRed.pid);
    checkLedger(
      await runGoal(nodeRed, segmentGoals.warmUp, startTimeoutMs),
      Math.min(warmUpProfiles, profiles),
    );
    const pagesBefore = await pagesRead(servers);
    const serversBefore = cpuTimeUs(servers.pid);
    memory.start();
    await probe.take();
    const summary = await runGoal(nodeRed, segmentGoals.whole, 60_000 + (profiles / slowestRate) * 1000);
    const { loop, cpuUs } = await probe.take();
    const anonAboveIdleMb = memory.stop();
    const serversUs = elapsed(serversBefore, cpuTimeUs(servers.pid));
    checkLedger(summary, profiles);
    const ms = Date.parse(summary.endedAt) - Date.parse(summary.startedAt);
    return {
      ...way(profiles, ms, cpuUs, serversUs),
      eldMs: loop,
      anonAboveIdleMb,
      requests: (await pagesRead(servers)) - pagesBefore,
    };
  } finally {
    await nodeRed.stop();
  }
}

/** Pages that the sandbox answered so far. */
async function pagesRead(servers: SandboxProcess): Promise<number> {
  const calls = await servers.control<Record<string, Record<string, number>>>('GET', '/blueconic/calls');
  return calls['GET /segments/{segment}/profiles']?.[200] ?? 0;
}
