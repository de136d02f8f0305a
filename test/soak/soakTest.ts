/**
 * `npm run test:soak`: many small runs in one Node-RED on the sandbox. Memory, handles and listeners must stay flat once
 * it is warm, and the store bounded.
 *
 *   --runs N      how many runs (default 1000)
 *   --profiles N  rows of each (default 20)
 *
 * Exits 0 only if everything stayed within its bounds.
 */
import { parseArgs } from 'node:util';
import { deltaRecords, gzipLines } from '../support/customers';
import { deltaFiles, exportMapper, flowTab, usersTrack } from '../support/flowNodes';
import { inject } from '../support/flowProbe';
import { Stage } from '../support/stage';

/** What a process holds, after its garbage was collected. */
interface Sample {
  run: number;
  heapMb: number;
  rssMb: number;
  handles: number;
  listeners: number;
  storeKb: number;
}

/** Runs after which the process is warm: the history is full, code is compiled. */
const warmRuns = 250;
const samples = 10;
const mostHeapGrowthMb = 8;
const mostHandleGrowth = 3;
const mostStoreKb = 8_000;

const meter = `module.exports = (RED) => {
  RED.httpAdmin.get('/test-meter', RED.auth.needsPermission('test'), (request, response) => {
    for (let time = 0; time < 3; time++) global.gc();
    const { heapUsed, rss } = process.memoryUsage();
    const listeners = process.eventNames().reduce((sum, name) => sum + process.listenerCount(name), 0);
    response.json({ heapUsed, rss, listeners, handles: process.getActiveResourcesInfo().length });
  });
};`;

function wholeNumber(name: string, text: string): number {
  if (!/^[1-9]\d{0,7}$/.test(text)) throw new Error(`${name} takes a whole number, not "${text}".`);
  return Number(text);
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: { runs: { type: 'string', default: '1000' }, profiles: { type: 'string', default: '20' } },
  });
  const runs = wholeNumber('--runs', values.runs);
  const profiles = wholeNumber('--profiles', values.profiles);
  const stage = await Stage.start(profiles, { ownNodes: { meter }, nodeFlags: ['--expose-gc'] });
  try {
    const taken = await soak(stage, runs, profiles);
    console.table(taken);
    const wrongs = wrongIn(taken.filter(({ run }) => run >= Math.min(warmRuns, runs / 2)));
    for (const wrong of wrongs) console.log(wrong);
    console.log(`${runs} runs, ${wrongs.length} bounds passed`);
    process.exitCode = wrongs.length > 0 ? 1 : 0;
  } finally {
    await stage.stop();
  }
}

async function soak(stage: Stage, runs: number, profiles: number): Promise<Sample[]> {
  await stage.reset();
  await stage.sandbox.putObject('delta/all.ndjson.gz', gzipLines(deltaRecords(0, profiles)));
  await stage.deploy([
    inject('go', flowTab, ['source']),
    deltaFiles('source', ['mapper']),
    exportMapper('mapper', ['sink']),
    usersTrack('sink'),
  ]);
  const taken: Sample[] = [];
  const every = Math.max(1, Math.floor(runs / samples));
  for (let run = 1; run <= runs; run++) {
    await stage.nodeRed.inject('go', { payload: 'full read' });
    const { result, ledger } = await stage.nextRun();
    if (result !== 'succeeded' || ledger.read !== profiles) {
      throw new Error(`run ${run} ${result}, with ${ledger.read} rows`);
    }
    if (run % every === 0) taken.push(await sample(stage, run));
  }
  return taken;
}

async function sample(stage: Stage, run: number): Promise<Sample> {
  const meterNow = await stage.nodeRed.get<{
    heapUsed: number;
    rss: number;
    listeners: number;
    handles: number;
  }>('/test-meter');
  const { heapUsed, rss, listeners, handles } = meterNow.body;
  const store = await stage.nodeRed.get<{ content: { bytes?: number } }>('/profile-sync/store/default');
  return {
    run,
    heapMb: Math.round(heapUsed / 1e5) / 10,
    rssMb: Math.round(rss / 1e6),
    handles,
    listeners,
    storeKb: Math.round((store.body.content?.bytes ?? 0) / 1000),
  };
}

function wrongIn(warm: readonly Sample[]): string[] {
  const [first] = warm;
  const last = warm.at(-1);
  if (!first || !last) return ['there are too few runs to tell'];
  const wrongs: string[] = [];
  if (last.heapMb - first.heapMb > mostHeapGrowthMb)
    wrongs.push(`the heap grew from ${first.heapMb} to ${last.heapMb} MB`);
  if (last.handles - first.handles > mostHandleGrowth)
    wrongs.push(`handles grew from ${first.handles} to ${last.handles}`);
  if (last.listeners !== first.listeners)
    wrongs.push(`listeners went from ${first.listeners} to ${last.listeners}`);
  for (const { run, storeKb } of warm)
    if (storeKb > mostStoreKb) wrongs.push(`after run ${run} the store has ${storeKb} kB`);
  return wrongs;
}

void main().catch((thrown) => {
  console.error(thrown);
  process.exitCode = 1;
});
