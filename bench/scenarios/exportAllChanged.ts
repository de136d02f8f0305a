import { NodeRedRuntime } from '../../test/support/nodeRedRuntime';
import { presentInEveryProfile } from '../data/exportMapping';
import { checkLedger, runGoal } from '../measure/goalRun';
import type { LoopDelay } from '../measure/loopDelay';
import { LoopProbe } from '../measure/loopProbe';
import { cpuTimeUs, MemoryWatch } from '../measure/processFigures';
import { repeatInTime } from '../measure/repeat';
import { median, significant, spread } from '../measure/statistics';
import type { ExportFloorResult, ExportFloorSettings } from '../programs/exportFloor';
import { runProgram } from '../programs/program';
import { BenchServers, cameBetween, type TrackCounts } from '../servers/benchServers';
import { exportFlow, floorRequestsInFlight, goalIds, objectsPerRequest } from '../servers/exportFlow';
import type { Scenario, Size, SpeedReport } from './scenario';

const seed = 1;
export const warmUpPrefix = 'warm-up/';
const prefix = 'delta/';
export const warmUpProfiles = 5_000;
/** A run that is slower than this has gone wrong. */
const slowestRate = 500;
const startTimeoutMs = 120_000;

/** One way through the pipeline, the product's or the floor's. */
export interface Way {
  rate: number;
  cpuUs: number;
  /** CPU time of the servers' process meanwhile; undefined where the system does not tell. */
  serversUs: number | undefined;
  seconds: number;
}

export interface ProductWay extends Way {
  eldMs: LoopDelay;
  anonAboveIdleMb: number | undefined;
  requests: number;
  dataPoints: number;
}

export const exportAllChanged: Scenario = {
  name: 'export-all-changed',
  about: 'delta files in S3, mapper, users.track; every attribute of every profile is sent',
  size: { profiles: 200_000, runs: 5 },
  quick: { profiles: 50_000, runs: 2 },
  async run(size, say) {
    const servers = await BenchServers.start(size.profiles + warmUpProfiles, seed);
    try {
      // Customers of its own: what the warm-up sent is remembered, and the measured run would find it unchanged.
      const warmUp = { seed, from: size.profiles, to: size.profiles + warmUpProfiles };
      await servers.putDeltaFiles(warmUpPrefix, warmUp);
      await servers.putDeltaFiles(prefix, { seed, from: 0, to: size.profiles });
      const pairs = await repeatInTime(size.runs, async (run) => {
        const floor = await floorWay(servers, size.profiles);
        const product = await productWay(servers, size.profiles);
        say(line(run, floor, product));
        return { floor, product };
      });
      return report(size, pairs);
    } finally {
      await servers.stop();
    }
  },
};

export async function floorWay(servers: BenchServers, profiles: number, from = prefix): Promise<Way> {
  const settings: ExportFloorSettings = {
    servers: servers.description,
    seed,
    warmUpPrefix,
    prefix: from,
    objectsPerRequest,
    requestsInFlight: floorRequestsInFlight,
  };
  const before = await servers.trackCounts();
  const serversBefore = cpuTimeUs(servers.pid);
  const result = await runProgram<ExportFloorSettings, ExportFloorResult>('exportFloor', settings);
  const serversUs = elapsed(serversBefore, cpuTimeUs(servers.pid));
  const came = cameBetween(before, await servers.trackCounts());
  if (
    result.profiles !== profiles ||
    came.byAttribute[presentInEveryProfile] !== profiles + warmUpProfiles ||
    came.refused > 0
  ) {
    throw new Error(
      `The floor sent ${result.profiles} of ${profiles} profiles; Braze counts ${JSON.stringify(came)}`,
    );
  }
  return way(
    profiles,
    result.ms,
    result.cpuUs,
    serversUs === undefined ? undefined : (serversUs * profiles) / (profiles + warmUpProfiles),
  );
}

/** A fresh Node-RED each time: a used one remembers the files, and has a heap with a history. */
async function productWay(servers: BenchServers, profiles: number): Promise<ProductWay> {
  const probe = await LoopProbe.create();
  const nodeRed = await NodeRedRuntime.start({ nodeFlags: probe.nodeFlags, env: probe.env, startTimeoutMs });
  try {
    const { nodes, credentials } = exportFlow(servers.description, [warmUpPrefix, prefix]);
    await nodeRed.deploy(nodes, credentials);
    const memory = await MemoryWatch.ofIdle(nodeRed.pid);
    const warmUp = await runGoal(nodeRed, goalIds(warmUpPrefix), startTimeoutMs);
    checkLedger(warmUp, warmUpProfiles);
    const before = await servers.trackCounts();
    const serversBefore = cpuTimeUs(servers.pid);
    memory.start();
    await probe.take();
    const summary = await runGoal(nodeRed, goalIds(prefix), 60_000 + (profiles / slowestRate) * 1000);
    const { loop, cpuUs } = await probe.take();
    const anonAboveIdleMb = memory.stop();
    const serversUs = elapsed(serversBefore, cpuTimeUs(servers.pid));
    const { ledger } = summary;
    checkLedger(summary, profiles);
    checkServer(cameBetween(before, await servers.trackCounts()), profiles, ledger.work);
    const ms = Date.parse(summary.endedAt) - Date.parse(summary.startedAt);
    return {
      ...way(profiles, ms, cpuUs, serversUs),
      eldMs: loop,
      anonAboveIdleMb,
      requests: ledger.work.requests,
      dataPoints: ledger.work.dataPoints,
    };
  } finally {
    await nodeRed.stop();
  }
}

/** @throws Error where Braze did not get exactly what the run says it sent. */
function checkServer(
  came: TrackCounts,
  profiles: number,
  work: { requests: number; dataPoints: number },
): void {
  const right =
    came.byAttribute[presentInEveryProfile] === profiles &&
    came.requests === work.requests &&
    came.refused === 0 &&
    came.dataPoints === work.dataPoints;
  if (!right)
    throw new Error(
      `Braze counts ${JSON.stringify(came)}, the run ${JSON.stringify(work)} for ${profiles} profiles`,
    );
}

export function way(profiles: number, ms: number, cpuUs: number, serversUs: number | undefined): Way {
  return {
    rate: (profiles / ms) * 1000,
    seconds: ms / 1000,
    cpuUs: cpuUs / profiles,
    serversUs: serversUs === undefined ? undefined : serversUs / profiles,
  };
}

export function elapsed(before: number | undefined, after: number | undefined): number | undefined {
  return before === undefined || after === undefined ? undefined : after - before;
}

export type Pair = { floor: Way; product: ProductWay };

export function line(run: number, floor: Way, product: ProductWay): string {
  const { eldMs, anonAboveIdleMb } = product;
  return [
    `run ${run}`,
    `floor ${Math.round(floor.rate)}/s`,
    `product ${Math.round(product.rate)}/s`,
    `ratio ${(product.rate / floor.rate).toFixed(3)}`,
    `CPU ${product.cpuUs.toFixed(1)} of ${floor.cpuUs.toFixed(1)} µs`,
    `event loop p50 ${eldMs.p50.toFixed(1)}, p99 ${eldMs.p99.toFixed(1)}, max ${eldMs.max.toFixed(1)} ms`,
    anonAboveIdleMb === undefined ? 'memory not available' : `+${anonAboveIdleMb.toFixed(0)} MB`,
  ].join('   ');
}

export function report({ profiles }: Size, pairs: readonly Pair[]): SpeedReport {
  const of = (pick: (pair: Pair) => number) => pairs.map(pick).map((value) => significant(value));
  const known = (pick: (pair: Pair) => number | undefined) => {
    const values = pairs.map(pick).filter((value) => value !== undefined);
    return values.length < pairs.length ? null : significant(median(values));
  };
  const rate = of(({ product }) => product.rate);
  const floor = of((pair) => pair.floor.rate);
  const ratio = of((pair) => pair.product.rate / pair.floor.rate);
  const middle = (pick: (pair: Pair) => number) => significant(median(pairs.map(pick)));
  return {
    runs: pairs.length,
    profiles,
    rate: significant(median(rate)),
    floor: significant(median(floor)),
    ratio: significant(median(ratio)),
    spread: { rate: spread(rate), floor: spread(floor), ratio: spread(ratio) },
    eldMs: {
      p50: middle(({ product }) => product.eldMs.p50),
      p99: middle(({ product }) => product.eldMs.p99),
      max: middle(({ product }) => product.eldMs.max),
    },
    anonAboveIdleMb: known(({ product }) => product.anonAboveIdleMb),
    requests: median(pairs.map(({ product }) => product.requests)),
    dataPoints: median(pairs.map(({ product }) => product.dataPoints)),
    cpuUs: {
      product: middle(({ product }) => product.cpuUs),
      floor: middle((pair) => pair.floor.cpuUs),
      servers: known(({ product }) => product.serversUs),
    },
    serversBusy: {
      product: known(({ product }) => busy(product, profiles)),
      floor: known((pair) => busy(pair.floor, profiles)),
    },
  };
}

function busy({ serversUs, seconds }: Way, profiles: number): number | undefined {
  return serversUs === undefined ? undefined : (serversUs * profiles) / 1_000_000 / seconds;
}
