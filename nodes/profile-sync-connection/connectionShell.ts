import type { Node, NodeAPI, NodeMessageInFlow } from 'node-red';
import { asSyncError, type SyncError } from '../../src/errors/syncError';
import { commandForms, type RunRequest, readCommand } from '../../src/run/connectionCommand';
import { ConnectionRunner, type ConnectionSnapshot, type RunDecision } from '../../src/run/connectionRunner';
import { ConnectionState } from '../../src/run/connectionState';
import { type GoalOrder, goalOrderMessage } from '../../src/run/connections';
import type { ConnectionGoal, RunReport } from '../../src/run/report';
import { reportSubject, reportText } from '../../src/run/reportText';
import { onceFlowsRun } from '../shell/flowsRun';
import { platform } from '../shell/platform';
import { StatusLine } from '../shell/statusLine';
import { inOwnWords, type Words } from '../shell/statusText';
import { type ConnectionDef, connectionSettings, notifies } from './connectionSettings';
import { progressText, showEnd } from './connectionStatus';

/** How the last run of a connection ended. */
export interface LastRun {
  run: string;
  result: RunReport['result'];
  endedAt: string;
}

/** What the admin API tells of a connection. */
export interface ConnectionDescription extends ConnectionSnapshot {
  id: string;
  name: string;
  labels: string[];
  favourite: boolean;
  /** In the order of their outputs. */
  goals: ConnectionGoal[];
  lastRun?: LastRun;
}

type Done = (error?: Error) => void;

const progressMs = 1_000;

/** Connections that are running, by run-time id. */
const running = new Map<string, ConnectionShell>();

export function connections(): ConnectionShell[] {
  return [...running.values()];
}

export function connectionOf(id: string): ConnectionShell | undefined {
  return running.get(id);
}

/** Between a connection node and its runner: messages in, orders and reports out, status, and the editor's button. */
export class ConnectionShell {
  readonly #RED: NodeAPI;
  readonly #node: Node;
  readonly #def: ConnectionDef;
  readonly #status: StatusLine;
  readonly #words: Words;
  readonly #runner: ConnectionRunner<NodeMessageInFlow>;
  readonly #ticker: NodeJS.Timeout;
  /** The stored state is read, or cannot be. */
  readonly #ready: Promise<void>;
  #lastReport: RunReport | undefined;
  #closed = false;

  constructor(RED: NodeAPI, node: Node, def: ConnectionDef) {
    this.#RED = RED;
    this.#node = node;
    this.#def = def;
    this.#status = new StatusLine(node);
    this.#words = inOwnWords(RED, node.type);
    this.#runner = new ConnectionRunner<NodeMessageInFlow>({
      settings: connectionSettings(node.id, def),
      board: platform.connections,
      withState: (work) => this.#withState(work),
      order: (output, order, trigger) => this.#order(output, order, trigger),
      changed: () => this.#changed(),
      finished: (report) => this.#finished(report),
      trouble: (error, trigger) => this.#trouble(error, trigger),
    });
    this.#ticker = setInterval(() => this.#showProgress(), progressMs);
    this.#ticker.unref();
    running.set(node.id, this);
    node.on('input', (message, _send, done) => {
      this.#input(message, done).catch((thrown) => done(asSyncError(thrown, 'running the connection')));
    });
    node.on('close', (removed: boolean, done: () => void) => void this.#close(removed).then(done, done));
    // Only once all flows run can a goal go on.
    this.#ready = new Promise<void>((resolve) => onceFlowsRun(RED, resolve)).then(() => this.#start());
  }

  async describe(): Promise<ConnectionDescription> {
    await this.#ready;
    return {
      id: this.#node.id,
      name: this.#node.name ?? '',
      labels: this.#def.labels ?? [],
      favourite: this.#def.favourite === true,
      goals: connectionSettings(this.#node.id, this.#def).goals.map((goal) => ({ ...goal })),
      ...this.#runner.snapshot(),
      ...this.#lastRun(),
    };
  }

  setOn(on: boolean): Promise<void> {
    return this.#runner.setOn(on);
  }

  /** As a message would, but nothing waits for the end of the run. */
  async runNow(request: RunRequest): Promise<{ decision: RunDecision['kind'] }> {
    const { kind } = await this.#runner.request(request, {} as NodeMessageInFlow);
    return { decision: kind };
  }

  stop(): Promise<void> {
    return this.#runner.stop();
  }

  /** The newest first. */
  reports(limit: number): Promise<RunReport[]> {
    return this.#withState((state) => state.reports(limit));
  }

  async #start(): Promise<void> {
    if (this.#closed) return;
    try {
      [this.#lastReport] = await this.reports(1);
      await this.#runner.start();
    } catch (thrown) {
      this.#trouble(asSyncError(thrown, 'starting the connection'), undefined);
    }
  }

  async #input(message: NodeMessageInFlow, done: Done): Promise<void> {
    const command = readCommand(this.#commandIn(message));
    switch (command.kind) {
      case 'run':
        await this.#run(command.request, message);
        break;
      case 'stop':
        await this.#runner.stop();
        break;
      case 'on':
      case 'off':
        await this.setOn(command.kind === 'on');
        break;
      case 'history':
        this.#send(0, { history: await this.reports(this.#keep()), notify: false });
        break;
      case 'unknown':
        // What the text was is not repeated: it may be anything, also personal data.
        this.#warn(this.#words('warning.command', { property: this.#def.command ?? '', known: known() }));
    }
    done();
  }

  async #run(request: RunRequest, message: NodeMessageInFlow): Promise<void> {
    const decision = await this.#runner.request(request, message);
    if ('ended' in decision) await decision.ended;
    else if (decision.kind === 'noGoal') this.#warn(this.#words('warning.noGoal'));
    else if (decision.kind === 'off') this.#showResting();
    else this.#status.show('yellow', 'ring', this.#words('status.overlap'));
  }

  #commandIn(message: NodeMessageInFlow): unknown {
    if (!this.#def.command) return undefined;
    try {
      return this.#RED.util.getMessageProperty(message, this.#def.command);
    } catch {
      // A path through something that is not there.
      return undefined;
    }
  }

  #order(output: number, order: GoalOrder, trigger: NodeMessageInFlow | undefined): void {
    // Each goal gets a message of its own: what one of them does to it must not reach the next.
    const message = trigger ? this.#RED.util.cloneMessage(trigger) : {};
    this.#send(output - 1, { ...message, sync: goalOrderMessage(order) });
  }

  #finished(report: RunReport): void {
    this.#lastReport = report;
    const notify = notifies(this.#def, report);
    const to = (this.#def.addresses ?? '').trim();
    const words = (key: string, values?: Record<string, string | number>) =>
      this.#words(`report.${key}`, values);
    this.#send(0, {
      // Without a payload the e-mail node sends nothing.
      ...(notify && { topic: reportSubject(report, words), payload: reportText(report, words) }),
      ...(notify && to !== '' && { to }),
      notify,
      report,
    });
  }

  #send(port: number, message: object): void {
    const messages = new Array<object | null>(port + 1).fill(null);
    messages[port] = message;
    this.#node.send(messages as NodeMessageInFlow[]);
  }

  #changed(): void {
    const { on, state, waiting, goal } = this.#runner.snapshot();
    const place = goal && { number: goal.number, of: goal.of };
    this.#publish({ on, state, waiting, ...(place && { goal: place }), ...this.#lastRun() }, true);
    if (state === 'running' || state === 'stopping') this.#showProgress();
    else this.#showResting();
  }

  #showProgress(): void {
    const snapshot = this.#runner.snapshot();
    if (snapshot.state !== 'running' && snapshot.state !== 'stopping') return;
    this.#status.progress('blue', 'dot', () => progressText(snapshot, this.#runner.goalRun, this.#words));
  }

  #showResting(): void {
    const { on, state } = this.#runner.snapshot();
    if (state === 'running' || state === 'stopping') return;
    if (!on) this.#status.show('grey', 'ring', this.#words('status.off'));
    else if (state === 'interrupted') this.#status.show('yellow', 'ring', this.#words('status.resumable'));
    else if (this.#lastReport) showEnd(this.#status, this.#lastReport, this.#words);
    else this.#status.clear();
  }

  #warn(text: string): void {
    this.#status.show('yellow', 'ring', this.#words('status.nothing'));
    this.#node.warn(text);
  }

  #trouble(error: SyncError, trigger: NodeMessageInFlow | undefined): void {
    this.#status.show('red', 'ring', error.code);
    this.#node.error(error, (trigger ?? {}) as NodeMessageInFlow);
  }

  #lastRun(): { lastRun?: LastRun } {
    if (!this.#lastReport) return {};
    const { run, result, endedAt } = this.#lastReport;
    return { lastRun: { run, result, endedAt } };
  }

  #keep(): number {
    return connectionSettings(this.#node.id, this.#def).keep.runs;
  }

  #publish(data: object, retain: boolean): void {
    this.#RED.comms.publish(`profile-sync/connection/${this.#node.id}`, data, retain);
  }

  async #withState<T>(work: (state: ConnectionState) => Promise<T>): Promise<T> {
    const store = await platform.acquireStore(this.#RED, this.#def.store);
    try {
      return await work(new ConnectionState(store, this.#node.id));
    } finally {
      platform.releaseStore(store);
    }
  }

  async #close(removed: boolean): Promise<void> {
    this.#closed = true;
    clearInterval(this.#ticker);
    running.delete(this.#node.id);
    await this.#runner.close(removed);
    this.#status.clear();
    if (removed) this.#publish({}, false);
  }
}

function known(): string {
  return commandForms.join(', ');
}
