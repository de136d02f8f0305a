import type { NodeAPI } from 'node-red';
import type { GoalRun } from '../../src/run/goalRun';
import { historyBetween } from '../../src/run/history';
import { type LiveRun, liveRun } from '../../src/run/liveRun';
import { RunMeter } from '../../src/run/runMeter';
import { platform } from '../shell/platform';
import { readFromStores } from './storesRead';

const topic = 'profile-sync/runs';
/** One message a second, whatever is going on: every open editor gets each of them. */
const everyMs = 1_000;
/** How far back an earlier run of a goal is looked for, to say how long one takes. */
const earlierMs = 92 * 24 * 3_600_000;

/**
 * Tells editors of the runs that are going on, and how many have ended since Node-RED began: one retained message, once a
 * second; when nothing is going on any more one without runs, which is not retained.
 */
export function publishRuns(RED: NodeAPI): void {
  const meters = new Map<string, RunMeter>();
  let told = false;
  let toldEnded = platform.runs.ended;

  const timer = setInterval(() => {
    const runs = platform.runs.open();
    const { ended } = platform.runs;
    // A run that was shorter than a second is told of by its end alone.
    if (runs.length === 0 && !told && ended === toldEnded) return;
    toldEnded = ended;
    for (const id of meters.keys()) if (!runs.some((run) => run.id === id)) meters.delete(id);
    const live = runs.map((run) => measured(run));
    told = live.length > 0;
    RED.comms.publish(topic, { live, ended }, told);
  }, everyMs);
  timer.unref();

  function measured(run: GoalRun): LiveRun {
    let meter = meters.get(run.id);
    if (!meter) {
      meter = new RunMeter();
      meters.set(run.id, meter);
      // An export reads what changed since its last run: how much that is, none before it tells.
      if (run.goal.direction === 'import') void expectAsBefore(RED, run, meter);
    }
    const snapshot = run.snapshot();
    const { ledger, place } = snapshot;
    const rows = ledger.read + ledger.added;
    meter.add({ at: performance.now(), rows, decided: rows - ledger.undecided, place, whole: run.ended });
    return liveRun(snapshot, meter, run);
  }
}

/** How many rows the last whole run of the same goal had. That nothing can be read must not trouble a run. */
async function expectAsBefore(RED: NodeAPI, run: GoalRun, meter: RunMeter): Promise<void> {
  const before = run.startedAt.getTime();
  await readFromStores(RED, async (store) => {
    const earlier = historyBetween(store, { from: before - earlierMs, before }, { goal: run.goal.id });
    for await (const { complete, ledger } of earlier) {
      if (!complete) continue;
      meter.expect(ledger.read);
      return;
    }
  }).catch(() => undefined);
}
