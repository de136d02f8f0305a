import type { Node, NodeAPI, NodeMessageInFlow } from 'node-red';
import { asSyncError, SyncError } from '../../src/errors/syncError';
import type { GoalIdentity, GoalRun, RunSummary } from '../../src/run/goalRun';
import { type EmittedBatch, pump } from '../../src/run/pump';
import type { Source } from '../../src/run/source';
import type { StateStore } from '../../src/store/store';
import { wholeNumber } from './configValue';
import { flowPath, type WiredNode } from './flowPath';
import { platform } from './platform';
import { sinkOf, sinkTypes } from './sinkShell';
import { StatusLine } from './statusLine';
import { inOwnWords, lastWord } from './statusText';

/** The part of a source node's configuration that all sources share. */
export interface SourceNodeDef {
  firstRows?: number | string;
  batchRows?: number | string;
  idleSeconds?: number | string;
  onSilence?: string;
}

export interface SourceShellOptions {
  RED: NodeAPI;
  node: Node;
  def: SourceNodeDef;
  direction: GoalIdentity['direction'];
  /** Opens the source for one run; a SyncError says which setting is missing or wrong. */
  open(store: StateStore, goalId: string): Source | Promise<Source>;
}

/** Without a sink of ours nothing tells us that rows are done: ten batches a second keep a debug flow usable. */
const pauseWithoutSinkMs = 100;

/**
 * What every source node does: a message starts a run (or, with the payload `stop`, ends it), batches leave by the
 * output under the run's window, the status line tells how it goes, and the trigger is done when the run is.
 */
export function sourceShell(options: SourceShellOptions): void {
  const { RED, node } = options;
  const status = new StatusLine(node);
  const words = inOwnWords(RED, node.type);
  let current: GoalRun | undefined;
  let starting = false;

  node.on('input', (message, _send, done) => {
    if (message.payload === 'stop') {
      current?.stop();
      done();
    } else if (starting || current) {
      status.show('yellow', 'ring', words('status.overlap'));
      done();
    } else {
      starting = true;
      void start(message, done);
    }
  });

  node.on('close', (_removed: boolean, done: () => void) => {
    current?.stop();
    status.clear();
    const ended = current
      ? new Promise<void>((resolve) => current?.listen({ finished: () => resolve() }))
      : undefined;
    void Promise.resolve(ended).then(() => done());
  });

  async function start(message: NodeMessageInFlow, done: (error?: Error) => void): Promise<void> {
    let store: StateStore | undefined;
    try {
      status.show('blue', 'dot', words('status.asking'));
      const path = flowPath(deployedNodes(RED), placeOf(node), sinkTypes);
      store = await platform.acquireStore(RED);
      const source = await options.open(store, node.id);
      const held = store;
      const run = platform.runs.start({
        goal: { id: node.id, name: node.name || node.type, direction: options.direction },
        path,
        ...(source.asked && { asked: source.asked }),
        idleMs: wholeNumber(options.def.idleSeconds, 60) * 1000,
        onSilence: options.def.onSilence === 'filter' ? 'filter' : 'fail',
        partial: firstRows(options.def) !== undefined,
        settle: (ended) => platform.settle(held, ended, source),
      });
      current = run;
      starting = false;
      run.listen({ finished: (summary) => void finish(summary, run, source, done) });
      if (path.sink) joinSink(path.sink, run);
      await pump(run, source, pumpOptions(run, message));
    } catch (thrown) {
      // Only what happens before the run exists ends here; the run reports everything else itself.
      starting = false;
      if (store) platform.releaseStore();
      const error = asSyncError(thrown, 'starting the run');
      status.show('red', 'ring', error.code);
      done(error);
    }
  }

  function pumpOptions(run: GoalRun, trigger: NodeMessageInFlow): Parameters<typeof pump>[2] {
    const first = firstRows(options.def);
    let sent = 0;
    return {
      batchRows: wholeNumber(options.def.batchRows, 500),
      ...(first !== undefined && { firstRows: first }),
      ...(run.path.sink === undefined && { pauseMs: pauseWithoutSinkMs }),
      emit: (batch) => {
        // The first message carries on what the trigger brought; the others must not share its objects.
        node.send(batchMessage(sent++ === 0 ? trigger : undefined, batch, run));
        if (run.path.sink === undefined) handOver(batch, run);
        status.progress('blue', 'dot', () => progressText(run));
      },
    };
  }

  function progressText(run: GoalRun): string {
    const { ledger, phase, detail } = run.snapshot();
    if (phase === 'waiting') return `${detail} · ${words('status.waiting')}`;
    return `${(ledger.read - ledger.undecided).toLocaleString()} / ${ledger.read.toLocaleString()}${detail ? ` · ${detail}` : ''}`;
  }

  async function finish(
    summary: RunSummary,
    run: GoalRun,
    source: Source,
    done: (error?: Error) => void,
  ): Promise<void> {
    current = undefined;
    platform.releaseStore();
    await source.close?.().catch(() => undefined);
    lastWord(status, summary, words);
    // A sink that failed has reported the error where it belongs; reporting it twice would be two alarms for one fire.
    done(run.error && run.errorReportedBy === undefined ? run.error : undefined);
  }
}

function firstRows(def: SourceNodeDef): number | undefined {
  const rows = wholeNumber(def.firstRows, 0);
  return rows > 0 ? rows : undefined;
}

function batchMessage(
  trigger: NodeMessageInFlow | undefined,
  batch: EmittedBatch,
  run: GoalRun,
): NodeMessageInFlow {
  const message = {
    ...trigger,
    payload: batch.records,
    sync: { run: run.id, goal: run.goal.name, unit: batch.unit, batch: batch.batch },
    ...(batch.complete && { complete: true }),
  };
  return message as unknown as NodeMessageInFlow;
}

function handOver(batch: EmittedBatch, run: GoalRun): void {
  for (const record of batch.records) platform.runs.decide(record._ref, 'handedOver');
  run.moved();
}

function joinSink(sinkId: string, run: GoalRun): void {
  const sink = sinkOf(sinkId);
  if (!sink) {
    const error = new SyncError({
      code: 'FLOW_SINK_NOT_READY',
      message: 'The sink of this flow is not running.',
      advice: 'Look at its settings: a sink with a missing or wrong setting does not start.',
    });
    run.fail(error);
    return;
  }
  sink.join(run);
}

function deployedNodes(RED: NodeAPI): Map<string, WiredNode> {
  const nodes = new Map<string, WiredNode>();
  RED.nodes.eachNode((def) => {
    nodes.set(def.id, def as unknown as WiredNode);
  });
  return nodes;
}

/** A node inside a subflow runs under another id than it is configured under. */
function placeOf(node: Node): { id: string; within: string } {
  const alias = (node as Node & { _alias?: string })._alias;
  return alias === undefined ? { id: node.id, within: '' } : { id: alias, within: node.z ?? '' };
}
