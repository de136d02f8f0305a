import { type ColumnChecksum, expectedChecksum } from '../../src/sandbox/blueconic/compactColumns';
import { person } from '../../src/sandbox/people';
import { NodeRedRuntime } from '../../test/support/nodeRedRuntime';
import { importedByEveryProfile } from '../data/importMapping';
import { exportedFiles, type PackedFile } from '../data/packedFiles';
import { EditorWatch } from '../measure/editorWatch';
import { checkLedger, endOfGoal } from '../measure/goalRun';
import { LoopProbe } from '../measure/loopProbe';
import { cpuTimeUs, MemoryWatch } from '../measure/processFigures';
import { repeatInTime } from '../measure/repeat';
import type { PassResult } from '../programs/floorReading';
import type { ImportFloorSettings } from '../programs/importFloor';
import { runProgram } from '../programs/program';
import { BenchServers } from '../servers/benchServers';
import { benchSinkSettings } from '../servers/benchSink';
import { ExportedSegment } from '../servers/exportedSegment';
import type { Flow } from '../servers/exportFlow';
import { goalIds } from '../servers/exportFlow';
import {
  createProperties,
  entriesPerRequest,
  importFlow,
  importRequestsInFlight,
} from '../servers/importFlow';
import { elapsed, line, type ProductWay, report, type Way, way } from './pairs';
import type { Scenario } from './scenario';

const seed = 1;
const warmUpProfiles = 5_000;
const startTimeoutMs = 120_000;
/** A run that is slower than this has gone wrong. */
const slowestRate = 500;
/** What the floor reads: the files of the exports, at a place of their own. */
export const floorPrefixes = { warmUpPrefix: 'floor/warm-up/', prefix: 'floor/measured/' };

/** The servers, with the exports of one scenario. */
export interface ImportStage {
  servers: BenchServers;
  warmUp: ExportedSegment;
  measured: ExportedSegment;
  profiles: number;
}

export const importFull: Scenario = {
  name: 'import-full',
  about: 'a segment export in S3, mapper, BlueConic profiles; every property of every profile is sent',
  size: { profiles: 200_000, runs: 5 },
  quick: { profiles: 30_000, runs: 1 },
  run: (size, say) =>
    onImportStage(size.profiles, async (stage) => {
      const pairs = await repeatInTime(size.runs, async (run) => {
        const floor = await floorWay(stage, () =>
          runProgram<ImportFloorSettings, PassResult>('importFloor', {
            ...floorPrefixes,
            servers: stage.servers.description,
            seed,
            entriesPerRequest,
            requestsInFlight: importRequestsInFlight,
          }),
        );
        const { measured, warmUp, servers } = stage;
        const flow = importFlow(servers.description, [warmUp.id, measured.id]);
        const product = await importWay(stage, flow);
        await checkBlueConic(stage);
        say(line(run, floor, product));
        return { floor, product };
      });
      return report(size, pairs);
    }),
};

/** Starts the servers, makes the files of both exports, and takes the servers down again. */
export async function onImportStage<T>(
  profiles: number,
  work: (stage: ImportStage) => Promise<T>,
): Promise<T> {
  const servers = await BenchServers.start(profiles + warmUpProfiles, seed);
  try {
    const warmUpFiles = await filesOf(profiles, profiles + warmUpProfiles);
    const measuredFiles = await filesOf(0, profiles);
    await createProperties(servers.description.blueconic);
    await servers.putFiles(floorPrefixes.warmUpPrefix, warmUpFiles);
    await servers.putFiles(floorPrefixes.prefix, measuredFiles);
    const warmUp = await ExportedSegment.define(servers, 'warm-up', warmUpFiles);
    const measured = await ExportedSegment.define(servers, 'measured', measuredFiles);
    return await work({ servers, warmUp, measured, profiles });
  } finally {
    await servers.stop();
  }
}

export async function floorWay(
  { servers, profiles }: ImportStage,
  run: () => Promise<PassResult>,
): Promise<Way> {
  const serversBefore = cpuTimeUs(servers.pid);
  const result = await run();
  const serversUs = elapsed(serversBefore, cpuTimeUs(servers.pid));
  if (result.profiles !== profiles) throw new Error(`The floor read ${result.profiles} of ${profiles}.`);
  return way(
    profiles,
    result.ms,
    result.cpuUs,
    serversUs === undefined ? undefined : (serversUs * profiles) / (profiles + warmUpProfiles),
  );
}

/**
 * A fresh Node-RED reads both exports, one after the other; measured is the second, from the first file that is asked
 * for: what comes before is waiting for Braze.
 */
export async function importWay(stage: ImportStage, flow: Flow): Promise<ProductWay> {
  const { servers, warmUp, measured, profiles } = stage;
  const probe = await LoopProbe.create();
  const nodeRed = await NodeRedRuntime.start({
    nodeFlags: probe.nodeFlags,
    env: probe.env,
    startTimeoutMs,
    settings: benchSinkSettings,
  });
  try {
    await nodeRed.deploy(flow.nodes, flow.credentials);
    const memory = await MemoryWatch.ofIdle(nodeRed.pid);
    const begin = async (segment: ExportedSegment) => {
      await nodeRed.inject(goalIds(segment.id).trigger);
      await segment.arrive();
    };
    const end = async (segment: ExportedSegment, expected: number) => {
      const patience = 60_000 + (expected / slowestRate) * 1000;
      const summary = await endOfGoal(nodeRed, goalIds(segment.id).source, patience);
      checkLedger(summary, expected);
      return summary;
    };
    await begin(warmUp);
    await end(warmUp, warmUpProfiles);
    await begin(measured);
    const startedAt = Date.now();
    const serversBefore = cpuTimeUs(servers.pid);
    memory.start();
    await probe.take();
    const editor = EditorWatch.start(nodeRed);
    const { endedAt, ledger } = await end(measured, profiles);
    const editorMs = await editor.stop();
    const { loop, cpuUs } = await probe.take();
    const anonAboveIdleMb = memory.stop();
    const serversUs = elapsed(serversBefore, cpuTimeUs(servers.pid));
    const { requests } = ledger.work;
    return {
      ...way(profiles, Date.parse(endedAt) - startedAt, cpuUs, serversUs),
      eldMs: loop,
      editorMs,
      anonAboveIdleMb,
      ...(requests > 0 && { requests }),
    };
  } finally {
    await nodeRed.stop();
    await warmUp.remove();
    await measured.remove();
  }
}

async function filesOf(from: number, to: number): Promise<PackedFile[]> {
  const files: PackedFile[] = [];
  for await (const file of exportedFiles({ seed, from, to })) files.push(file);
  return files;
}

/** @throws Error where BlueConic does not hold what everybody should have. */
async function checkBlueConic({ servers, profiles }: ImportStage): Promise<void> {
  const { properties } = await servers.control<{ properties: Record<string, ColumnChecksum> }>(
    'GET',
    '/blueconic/compact',
  );
  const held = properties[importedByEveryProfile];
  const expected = expectedChecksum(pointsOf(profiles + warmUpProfiles), true);
  if (held?.written !== expected.written || held.checksum !== expected.checksum)
    throw new Error(`BlueConic holds ${JSON.stringify(held)} instead of ${JSON.stringify(expected)}.`);
}

function* pointsOf(people: number): Generator<{ index: number; values: string[] }> {
  for (let index = 0; index < people; index++) yield { index, values: [String(person(seed, index).points)] };
}
