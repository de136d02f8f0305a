import { NodeRedRuntime } from '../../test/support/nodeRedRuntime';
import { changedAttributes } from '../data/deltaRecord';
import { runGoal } from '../measure/goalRun';
import { LoopProbe } from '../measure/loopProbe';
import { cpuTimeUs, MemoryWatch } from '../measure/processFigures';
import { repeatInTime } from '../measure/repeat';
import { BenchServers, cameBetween } from '../servers/benchServers';
import { exportFlow, goalIds, objectsPerRequest } from '../servers/exportFlow';
import { floorWay, warmUpPrefix, warmUpProfiles } from './exportAllChanged';
import { elapsed, line, type Pair, type ProductWay, report, way } from './pairs';
import type { Scenario, Size, SpeedReport } from './scenario';

const seed = 1;
const knownPrefix = 'known/';
const startTimeoutMs = 120_000;
const slowestRate = 500;
/** Of the runs of one scenario each reads customers of its own, so that what has changed is new to every one. */
const slices = 10;

/** Most profiles are as they were: what is remembered of them, of ten times as many, decides what is sent. */
export const export10pctChanged = exportChanged('export-10pct-changed', 10);
export const export30pctChanged = exportChanged('export-30pct-changed', 3);

function exportChanged(name: string, changedEvery: number): Scenario {
  return {
    name,
    about: `as export-all-changed, but everything is known, and every ${changedEvery}th profile has changed`,
    size: { profiles: 200_000, runs: 5 },
    quick: { profiles: 30_000, runs: 2 },
    async run(size, say) {
      const known = size.profiles * slices;
      const servers = await BenchServers.start(known + warmUpProfiles, seed);
      const probe = await LoopProbe.create();
      const nodeRed = await NodeRedRuntime.start({
        nodeFlags: probe.nodeFlags,
        env: probe.env,
        startTimeoutMs,
      });
      try {
        const prefixes = Array.from({ length: size.runs }, (_, run) => `changed-${run + 1}/`);
        const { nodes, credentials } = exportFlow(servers.description, [knownPrefix, ...prefixes]);
        await nodeRed.deploy(nodes, credentials);
        const memory = await MemoryWatch.ofIdle(nodeRed.pid);
        await servers.putDeltaFiles(warmUpPrefix, { seed, from: known, to: known + warmUpProfiles });
        await servers.putDeltaFiles(knownPrefix, { seed, from: 0, to: known });
        say(`getting to know ${known} profiles`);
        await runGoal(nodeRed, goalIds(knownPrefix), startTimeoutMs + (known / slowestRate) * 1000);
        const pairs = await repeatInTime(size.runs, async (run) => {
          const from = (run - 1) * size.profiles;
          const prefix = prefixes[run - 1]!;
          const to = from + size.profiles;
          await servers.putDeltaFiles(prefix, { seed, from, to, changedEvery });
          const floor = await floorWay(servers, size.profiles, prefix);
          const changed = Math.ceil(to / changedEvery) - Math.ceil(from / changedEvery);
          const product = await productWay({ nodeRed, probe, memory, servers }, size, prefix, changed);
          say(line(run, floor, product));
          return { floor, product };
        });
        return changedReport(size, pairs, changedEvery);
      } finally {
        await nodeRed.stop();
        await servers.stop();
      }
    },
  };
}

interface Measured {
  nodeRed: NodeRedRuntime;
  probe: LoopProbe;
  memory: MemoryWatch;
  servers: BenchServers;
}

async function productWay(
  { nodeRed, probe, memory, servers }: Measured,
  { profiles }: Size,
  prefix: string,
  changed: number,
): Promise<ProductWay> {
  const before = await servers.trackCounts();
  const serversBefore = cpuTimeUs(servers.pid);
  memory.start();
  await probe.take();
  const summary = await runGoal(nodeRed, goalIds(prefix), 60_000 + (profiles / slowestRate) * 1000);
  const { loop, cpuUs } = await probe.take();
  const anonAboveIdleMb = memory.stop();
  const serversUs = elapsed(serversBefore, cpuTimeUs(servers.pid));
  const { ledger, result } = summary;
  const { work } = ledger;
  const came = cameBetween(before, await servers.trackCounts());
  const points = changed * changedAttributes;
  const ideal = Math.ceil(changed / objectsPerRequest);
  const right =
    result === 'succeeded' &&
    ledger.read === profiles &&
    ledger.accepted === changed &&
    ledger.unchanged === profiles - changed &&
    [work.dataPoints, came.dataPoints].every((sent) => sent === points) &&
    came.requests === work.requests &&
    work.requests <= Math.ceil(ideal * 1.005);
  if (!right) {
    throw new Error(
      `${changed} of ${profiles} profiles had changed, in ${points} attributes: ${JSON.stringify({ result, ledger, came })}`,
    );
  }
  const ms = Date.parse(summary.endedAt) - Date.parse(summary.startedAt);
  return {
    ...way(profiles, ms, cpuUs, serversUs),
    eldMs: loop,
    anonAboveIdleMb,
    requests: work.requests,
    dataPoints: work.dataPoints,
  };
}

function changedReport(size: Size, pairs: readonly Pair[], changedEvery: number): SpeedReport {
  const changed = Math.ceil(size.profiles / changedEvery);
  return { ...report(size, pairs), changed, changedAttributes: changed * changedAttributes };
}
