import type { Node, NodeAPI } from 'node-red';
import { storeSecret } from '../../src/delta/storeSecret';
import { asSyncError, type SyncError } from '../../src/errors/syncError';
import { BatchSink } from '../../src/run/batchSink';
import type { GoalRun } from '../../src/run/goalRun';
import type { LaneSettings } from '../../src/run/laneSettings';
import type { MakeOwnRun } from '../../src/run/registry';
import type { SinkEvents } from '../../src/run/sinkEvents';
import type { SinkTarget } from '../../src/run/sinkTarget';
import type { StateStore } from '../../src/store/store';
import { pauseText } from './pauseText';
import { platform } from './platform';
import { sinkClosed, sinkRuns } from './sinkDirectory';
import { StatusLine } from './statusLine';
import { inOwnWords, lastWord } from './statusText';

/** What a sink works with: where rows go, and by which rules. */
export interface SinkParts<Item> {
  target: SinkTarget<Item>;
  lanes: LaneSettings;
}

/**
 * What every sink node does: takes arrays of updates (or one), emits settled rows and the ledger on its first output
 * and rejected updates on its second, and shows how it goes.
 */
export function sinkShell<Item>(RED: NodeAPI, node: Node, makeParts: () => SinkParts<Item>): void {
  const status = new StatusLine(node);
  let parts: SinkParts<Item>;
  try {
    parts = makeParts();
  } catch (thrown) {
    const error = asSyncError(thrown, 'reading the settings of the sink');
    status.show('red', 'ring', error.code);
    sinkRuns(node.id, {
      join: (run) => {
        reportFailure(node, error, run);
        run.fail(error);
      },
    });
    node.on('input', (_message, _send, done) => done(error));
    node.on('close', (_removed: boolean, done: () => void) => {
      sinkClosed(node.id);
      done();
    });
    return;
  }
  const words = inOwnWords(RED, node.type);
  const identity = { id: node.id, name: node.name || node.type, direction: 'other' as const };
  const wires = (node as Node & { wires?: string[][] }).wires ?? [];

  const events: SinkEvents = {
    wants: { settled: (wires[0]?.length ?? 0) > 0, rejected: (wires[1]?.length ?? 0) > 0 },
    settled: (rows, run) => node.send([{ payload: rows, sync: syncOf(run) }, null]),
    rejected: (updates, run) => node.send([null, { payload: updates, sync: syncOf(run) }]),
    finished: (summary, run, last) => {
      node.send([
        { payload: last, complete: true, ledger: summary.ledger, run: summary, sync: syncOf(run) },
        null,
      ]);
      lastWord(status, summary, words);
      // A run of the sink's own has no source that could tell.
      if (run.error && run.goal === identity) reportFailure(node, run.error, run);
    },
    progress: (run, note, ms = 0) => {
      const why = note && pauseText(words, note, ms);
      status.progress(why ? 'yellow' : 'blue', why ? 'ring' : 'dot', () => progressText(run, why));
    },
    noticed: ({ code, values }) => node.warn(words(`notice.${code}`, { ...values })),
    failed: (error, run) => reportFailure(node, error, run),
  };
  const sink = new BatchSink({
    identity,
    registry: platform.runs,
    target: parts.target,
    lanes: parts.lanes,
    events,
    ownRun: () => ownRun(RED),
  });

  sinkRuns(node.id, sink);
  node.on('input', (message, _send, done) => {
    try {
      sink.accept(message.payload, () => done());
    } catch (thrown) {
      done(thrown as Error);
    }
  });
  node.on('close', (_removed: boolean, done: () => void) => {
    sinkClosed(node.id);
    status.clear();
    void sink.close().then(() => done());
  });

  function progressText(run: GoalRun, note: string | undefined): string {
    const { ledger } = run.snapshot();
    const decided = ledger.read + ledger.added - ledger.undecided;
    return `${decided.toLocaleString()} · ${ledger.rejected.toLocaleString()} ${words('status.rejected')}${note ? ` · ${note}` : ''}`;
  }
}

/** Rows that no source brought are remembered in the default store; it is opened for them, and let go after their run. */
function ownRun(RED: NodeAPI): ReturnType<MakeOwnRun> {
  let opened: Promise<StateStore> | undefined;
  const open = () => {
    opened ??= platform.acquireStore(RED);
    return opened;
  };
  return {
    detection: {
      place: async () => {
        const store = await open();
        return { store, secret: await storeSecret(store) };
      },
      gate: (workspace) => platform.gateOf(workspace),
    },
    settle: async (run) => {
      const store = await open();
      try {
        await platform.settle(store, run);
      } finally {
        platform.releaseStore(store);
      }
    },
  };
}

/** Brings the error of a run to Catch nodes, once: an error told twice would be two alarms for one fire. */
function reportFailure(node: Node, error: SyncError, run: GoalRun): void {
  if (run.errorReportedBy !== undefined) return;
  run.reportedBy(node.id);
  node.error(error, { sync: syncOf(run) });
}

function syncOf(run: GoalRun): { run: string; goal: string } {
  return { run: run.id, goal: run.goal.name };
}
