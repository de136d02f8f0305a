import type { Node, NodeAPI, NodeMessageInFlow } from 'node-red';
import { storeSecret } from '../../src/delta/storeSecret';
import { Sums } from '../../src/delta/sums';
import { asSyncError, SyncError } from '../../src/errors/syncError';
import { type FieldsRead, fieldsRead } from '../../src/mapping/fieldsRead';
import { type Checkpoint, loadCheckpoint, pausedWrite } from '../../src/run/checkpoint';
import { Checkpointer } from '../../src/run/checkpointer';
import { type GoalOrder, readGoalOrder } from '../../src/run/connections';
import type { GoalRun } from '../../src/run/goalRun';
import { sourceNotices } from '../../src/run/notices';
import { type EmittedBatch, pump } from '../../src/run/pump';
import type { GoalIdentity, RunSummary } from '../../src/run/runSummary';
import type { Source } from '../../src/run/source';
import { type RunManner, readSourceCommand } from '../../src/run/sourceCommand';
import type { StateStore } from '../../src/store/store';
import { configHash } from './configHash';
import { wholeNumber } from './configValue';
import { deployedNodes } from './deployedNodes';
import { earlierRun } from './earlierRun';
import { flowPath, type WiredNode } from './flowPath';
import { onFlowsRun } from './flowsRun';
import { watchPassage } from './passage';
import { platform } from './platform';
import { type ReadSystem, readMemory } from './readMemory';
import { sinkOf, sinkTypes } from './sinkDirectory';
import { StatusLine } from './statusLine';
import { inOwnWords, lastWord, type Words } from './statusText';

/** The part of a source node's configuration that all sources share. */
export interface SourceNodeDef {
  firstRows?: number | string;
  batchRows?: number | string;
  idleSeconds?: number | string;
  onSilence?: string;
  /** Store node that the run's state goes to; the default store where none is chosen. */
  store?: string;
  /** What a run that was cut off by a restart or a deploy does: it goes on by itself, or with the next trigger. */
  afterRestart?: string;
}

export interface SourceShellOptions {
  RED: NodeAPI;
  node: Node;
  def: SourceNodeDef;
  direction: GoalIdentity['direction'];
  /** The system that is read, where what it is read to hold should be remembered before rows reach this sink. */
  remembers?(nodes: ReadonlyMap<string, WiredNode>, sink: WiredNode | undefined): ReadSystem | undefined;
  /** What it asks its system for, as a short text for the status line. */
  scopeText?(source: Source, words: Words): string | undefined;
  /** What a run that is over left for a later one, for the status line. */
  waitingText?(summary: RunSummary, words: Words): string | undefined;
  /** Opens the source for one run; a SyncError says which setting is missing or wrong. */
  open(store: StateStore, goalId: string, how: OpeningTerms): Source | Promise<Source>;
}

export interface OpeningTerms {
  /** Read everything, whatever earlier runs had read. */
  fullRead: boolean;
  /** The documents of the mappers on the way to the sink, as deployed. */
  mappings: readonly unknown[];
  /** What is read of the records before they are updates. */
  read: FieldsRead;
}

/** A run that was cut off goes on within this time; later it would act on what has changed long since (R8). */
const resumeWithinMs = 24 * 3_600_000;
/** Rows in flight get this long when a run is stopped: what has no answer then is found out when it goes on. */
const stopGraceMs = 1_500;
/** What an earlier life listed is no longer there: a new run must begin. */
const overtaken = new Set(['S3_OBJECT_CHANGED', 'S3_OBJECT_MISSING', 'BLUECONIC_CURSOR_REJECTED']);
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
  let closed = false;
  /** A person said stop before the run was there. */
  let stopAsked = false;
  /** There may be a run to go on with: from an earlier life, or one that a deploy of its sink cut off. */
  let mayBeCutOff = options.def.afterRestart !== 'wait';
  /** While it is not known yet whether a run goes on: a trigger waits for that, and does not get lost. */
  let looking: Promise<void> | undefined;

  // Only once all flows run is there a sink to go on with.
  const endGoingOn = onFlowsRun(RED, goOn);

  node.on('input', (message, _send, done) => {
    const order = readGoalOrder((message as { sync?: unknown }).sync);
    const command = readSourceCommand(message.payload);
    if (!order && command.kind === 'stop') {
      if (current) current.pause();
      else stopAsked = starting;
      done();
    } else if (looking) {
      void looking.then(() => triggered(message, order, done));
    } else {
      triggered(message, order, done);
    }
  });

  node.on('close', (_removed: boolean, done: () => void) => {
    closed = true;
    endGoingOn();
    current?.stop();
    status.clear();
    const ended = current
      ? new Promise<void>((resolve) => current?.listen({ finished: () => resolve() }))
      : undefined;
    void Promise.resolve(ended).then(() => done());
  });

  function triggered(
    message: NodeMessageInFlow,
    order: GoalOrder | undefined,
    done: (error?: Error) => void,
  ): void {
    if (closed) {
      done();
    } else if (starting || current) {
      status.show('yellow', 'ring', words('status.overlap'));
      if (order) platform.connections.goalRefused(order.token, overlap());
      done();
    } else {
      starting = true;
      void start(message, order, done);
    }
  }

  /** Goes on with a run that was cut off, if there is one. */
  function goOn(): void {
    if (!mayBeCutOff || starting || current) return;
    mayBeCutOff = false;
    looking = cutOffRun().then((waiting) => {
      looking = undefined;
      if (!waiting || closed) return;
      starting = true;
      void start(undefined, orderOf(waiting), reportError, { onlyEarlier: true });
    });
  }

  async function cutOffRun(): Promise<Checkpoint | undefined> {
    try {
      const store = await platform.acquireStore(RED, options.def.store);
      try {
        const checkpoint = await loadCheckpoint(store, node.id);
        return checkpoint?.paused ? undefined : checkpoint;
      } finally {
        platform.releaseStore(store);
      }
    } catch (thrown) {
      // Whatever keeps the store closed is told when a run wants it; here nobody has asked for anything yet.
      node.debug(asSyncError(thrown, 'looking for a run to go on with').message);
      return undefined;
    }
  }

  /** For a run that no message started: its error still reaches Catch nodes. */
  function reportError(error?: Error): void {
    if (error) node.error(error, {});
  }

  async function start(
    message: NodeMessageInFlow | undefined,
    order: GoalOrder | undefined,
    done: (error?: Error) => void,
    { onlyEarlier = false } = {},
  ): Promise<void> {
    let store: StateStore | undefined;
    stopAsked = false;
    try {
      status.show('blue', 'dot', words('status.asking'));
      const nodes = deployedNodes(RED);
      const path = flowPath(nodes, placeOf(node), sinkTypes);
      store = await platform.acquireStore(RED, options.def.store);
      const hash = configHash(nodes, path.route);
      const { dryRun, fullRead } = mannerOf(message, order);
      const terms = { configHash: hash, maxAgeMs: resumeWithinMs, fullRead };
      const resume = dryRun ? undefined : await earlierRun(store, node.id, terms);
      if (onlyEarlier && !resume) {
        starting = false;
        platform.releaseStore(store);
        status.clear();
        done();
        return;
      }
      const secret = await storeSecret(store);
      const source = await options.open(store, node.id, {
        fullRead,
        mappings: mappingsOf(path.route, nodes),
        read: fieldsRead(mappingsOf(path.readers.mappers, nodes), path.readers.others.length === 0),
      });
      // Deployed anew meanwhile: a run begun now would have no node to stop it.
      if (closed) {
        platform.releaseStore(store);
        await source.close?.();
        done();
        return;
      }
      const held = store;
      const token = order?.token ?? resume?.connection;
      const partial = firstRows(options.def) !== undefined;
      let checkpointer: Checkpointer | undefined;
      const run = platform.runs.start({
        goal: { id: node.id, name: node.name || node.type, direction: options.direction },
        ...(token && { connection: token }),
        dryRun,
        path,
        ...(source.asked && { asked: source.asked }),
        idleMs: Math.max(1, wholeNumber(options.def.idleSeconds, 60)) * 1000,
        onSilence: options.def.onSilence === 'filter' ? 'filter' : 'fail',
        stopGraceMs,
        partial,
        ...(resume && { resume }),
        sums: (target, firstTotal) =>
          new Sums({
            store: held,
            secret,
            target,
            goalId: node.id,
            meaning: source.meaning,
            firstTotal,
            dryRun,
          }),
        detection: {
          place: async () => ({ store: held, secret, forgetTypes: fullRead }),
          gate: (workspace) => platform.gateOf(workspace),
        },
        settle: async (ended) => {
          await checkpointer?.close();
          const remains = whatRemains(ended, checkpointer !== undefined);
          mayBeCutOff = remains === 'cut off' && options.def.afterRestart !== 'wait';
          await platform.settle(held, ended, source, remains);
        },
      });
      // What is only tried has nothing to go on with.
      if (path.sink && !partial && !dryRun) {
        checkpointer = new Checkpointer(run, source, held, {
          configHash: hash,
          earlierSource: resume?.source,
        });
      }
      current = run;
      starting = false;
      run.listen({
        finished: (summary) => {
          platform.releaseStore(held);
          // A connection is told of the failure and decides itself what comes next.
          const again = resume && !token && overtaken.has(summary.error?.code ?? '');
          starting = again ?? false;
          void finish(summary, run, source, again ? () => void start(message, order, done) : done);
        },
      });
      if (token) platform.connections.goalStarted(token, run);
      if (path.sink) joinSink(path.sink, run);
      watchPassage(RED, nodes, path, run);
      if (resume?.paused) await store.commit([pausedWrite(node.id, false)]);
      // From here on the run goes on after a crash, though nothing was read yet.
      await checkpointer?.write();
      if (stopAsked) run.pause();
      const system = path.sink && options.remembers?.(nodes, nodes.get(path.sink));
      const look = system ? readMemory(run, system) : undefined;
      await pump(run, source, {
        ...pumpOptions(run, source, message),
        ...(look && { look }),
        ...(resume && { resume }),
        ...(checkpointer && { checkpoint: () => checkpointer.write() }),
      });
    } catch (thrown) {
      // Only what happens before the run exists ends here; the run reports everything else itself.
      starting = false;
      if (store) platform.releaseStore(store);
      const error = asSyncError(thrown, 'starting the run');
      status.show('red', 'ring', error.code);
      if (order) platform.connections.goalRefused(order.token, error);
      done(error);
    }
  }

  function pumpOptions(
    run: GoalRun,
    source: Source,
    trigger: NodeMessageInFlow | undefined,
  ): Parameters<typeof pump>[2] {
    const first = firstRows(options.def);
    let sent = 0;
    return {
      batchRows: Math.max(1, wholeNumber(options.def.batchRows, 100)),
      ...(first !== undefined && { firstRows: first }),
      ...(run.path.sink === undefined && { pauseMs: pauseWithoutSinkMs }),
      // A source may wait for an hour before its first batch.
      phaseChanged: () => status.progress('blue', 'dot', () => progressText(run, source)),
      emit: (batch) => {
        // The first message carries on what the trigger brought; the others must not share its objects.
        node.send(batchMessage(sent++ === 0 ? trigger : undefined, batch, run));
        if (run.path.sink === undefined) handOver(batch, run);
        status.progress('blue', 'dot', () => progressText(run, source));
      },
    };
  }

  function progressText(run: GoalRun, source: Source): string {
    const { ledger, phase, detail } = run.snapshot();
    const scope = options.scopeText?.(source, words);
    if (phase === 'asking') return [words('status.asking'), scope].filter(Boolean).join(' · ');
    if (phase === 'queued' || phase === 'waiting' || phase === 'doubting') {
      return `${detail} · ${words(`status.${phase}`)}`;
    }
    const rows = `${(ledger.read - ledger.undecided).toLocaleString()} / ${ledger.read.toLocaleString()}`;
    return [rows, detail, scope].filter(Boolean).join(' · ');
  }

  async function finish(
    summary: RunSummary,
    run: GoalRun,
    source: Source,
    done: (error?: Error) => void,
  ): Promise<void> {
    current = undefined;
    await source.close?.().catch(() => undefined);
    lastWord(status, summary, words, options.waitingText?.(summary, words));
    for (const { code, values } of summary.notices ?? []) {
      if (sourceNotices.has(code)) node.warn(words(`notice.${code}`, { ...values }));
    }
    // A sink that failed has reported the error where it belongs; reporting it twice would be two alarms for one fire.
    done(run.error && run.errorReportedBy === undefined ? run.error : undefined);
  }
}

/** A connection says itself how its goals are to run; without one, the payload of the message does. */
function mannerOf(message: NodeMessageInFlow | undefined, order: GoalOrder | undefined): RunManner {
  if (order) return order;
  const command = readSourceCommand(message?.payload);
  return command.kind === 'run' ? command : { dryRun: false, fullRead: false };
}

/** A connection still waits for the run that was cut off, also where it has to begin anew. */
function orderOf({ connection }: Checkpoint): GoalOrder | undefined {
  return connection && { token: connection, dryRun: false, fullRead: false };
}

/** What a run leaves behind when it is over. */
function whatRemains(run: GoalRun, hasCheckpoint: boolean): 'over' | 'cut off' | 'paused' | 'aside' {
  if (run.dryRun) return 'aside';
  if (!hasCheckpoint || run.result !== 'stopped') return 'over';
  return run.paused ? 'paused' : 'cut off';
}

function overlap(): SyncError {
  return new SyncError({
    code: 'RUN_OVERLAP',
    message: 'The source is still busy with another run.',
    advice: 'Wait for its end, or stop it; start a source either by its connection or by itself.',
  });
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

/** A node inside a subflow runs under another id than it is configured under. */
function placeOf(node: Node): { id: string; within: string } {
  const alias = (node as Node & { _alias?: string })._alias;
  return alias === undefined ? { id: node.id, within: '' } : { id: alias, within: node.z ?? '' };
}

function mappingsOf(ids: readonly string[], nodes: ReadonlyMap<string, WiredNode>): unknown[] {
  return ids.flatMap((id) => {
    const node = nodes.get(id) as (WiredNode & { mapping?: unknown }) | undefined;
    return node?.type === 'profile-field-mapper' ? [node.mapping] : [];
  });
}
