import { NodeRedRuntime } from '../../test/support/nodeRedRuntime';
import { presentInEveryProfile } from '../data/exportMapping';
import { EditorWatch } from '../measure/editorWatch';
import { checkLedger, runGoal } from '../measure/goalRun';
import { LoopProbe } from '../measure/loopProbe';
import { cpuTimeUs, MemoryWatch } from '../measure/processFigures';
import { repeatInTime } from '../measure/repeat';
import type { ExportFloorSettings } from '../programs/exportFloor';
import type { PassResult } from '../programs/floorReading';
import { runProgram } from '../programs/program';
import { BenchServers, cameBetween, type TrackCounts } from '../servers/benchServers';
import { exportFlow, floorRequestsInFlight, goalIds, objectsPerRequest } from '../servers/exportFlow';
import { elapsed, line, type ProductWay, report, type Way, way } from './pairs';
import type { Scenario, Size, SpeedReport } from './scenario';

const seed = 1;
export const warmUpPrefix = 'warm-up/';
export const prefix = 'delta/';
export const warmUpProfiles = 5_000;
/** A run that is slower than this has gone wrong. */
const slowestRate = 500;
const startTimeoutMs = 120_000;

export const exportAllChanged: Scenario = {
  name: 'export-all-changed',
  about: 'delta files in S3, mapper, users.track; every attribute of every profile is sent',
  size: { profiles: 200_000, runs: 5 },
  quick: { profiles: 50_000, runs: 2 },
  run: measureExport,
};

export function measureExport(size: Size, say: (line: string) => void): Promise<SpeedReport> {
  return onExportStage(size.profiles, async (servers) => {
    const pairs = await repeatInTime(size.runs, async (run) => {
      const floor = await floorWay(servers, size.profiles);
      const product = await productWay(servers, size.profiles);
      say(line(run, floor, product));
      return { floor, product };
    });
    return report(size, pairs);
  });
}

/** Starts the servers, writes the files of the warm-up and of the measured run, and takes the servers down again. */
export async function onExportStage<T>(
  profiles: number,
  work: (servers: BenchServers) => Promise<T>,
): Promise<T> {
  const servers = await BenchServers.start(profiles + warmUpProfiles, seed);
  try {
    // Customers of its own: what the warm-up sent is remembered, and the measured run would find it unchanged.
    await servers.putDeltaFiles(warmUpPrefix, { seed, from: profiles, to: profiles + warmUpProfiles });
    await servers.putDeltaFiles(prefix, { seed, from: 0, to: profiles });
    return await work(servers);
  } finally {
    await servers.stop();
  }
}

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
  const result = await runProgram<ExportFloorSettings, PassResult>('exportFloor', settings);
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
export async function productWay(servers: BenchServers, profiles: number): Promise<ProductWay> {
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
    const editor = EditorWatch.start(nodeRed);
    const summary = await runGoal(nodeRed, goalIds(prefix), 60_000 + (profiles / slowestRate) * 1000);
    const editorMs = await editor.stop();
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
      editorMs,
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
