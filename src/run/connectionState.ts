import { lazySchema } from '../schema/lazySchema';
import type { StateStore, StoreWrite } from '../store/store';
import { readHistory } from './history';
import type { GoalOutcome, RunReport } from './report';
import type { GoalToken, RunSummary } from './runSummary';

/** What a connection run needs to go on after Node-RED has ended: written before each goal is started. */
export interface ConnectionCheckpoint {
  run: string;
  startedAt: string;
  dryRun: boolean;
  fullRead: boolean;
  /** How often the run has been taken up again. */
  interruptions: number;
  /** Ids of all goals of the run, in order. */
  plan: string[];
  done: GoalOutcome[];
  /** Id of the goal that was about to start. */
  current: string;
}

/** How many reports of a connection are kept. */
export interface ReportRetention {
  runs: number;
  /** 0: however old. */
  days: number;
}

/** Written by this version; a checkpoint of another shape is none. */
const checkpointSchema = lazySchema((z) =>
  z.object({
    version: z.literal(1),
    run: z.string(),
    startedAt: z.string(),
    dryRun: z.boolean(),
    fullRead: z.boolean(),
    interruptions: z.number(),
    plan: z.array(z.string()),
    done: z.array(z.custom<GoalOutcome>((value) => typeof value === 'object' && value !== null)),
    current: z.string(),
  }),
);

const dayMs = 24 * 3_600_000;
/** Goal runs looked at to find one that ended in the moment Node-RED did. */
const recentRuns = 100;

/** What the store holds of one connection: whether it is on, an open run, and the reports of ended ones. */
export class ConnectionState {
  readonly #store: StateStore;
  readonly #id: string;

  constructor(store: StateStore, connectionId: string) {
    this.#store = store;
    this.#id = connectionId;
  }

  /** A connection nobody has switched off is on. */
  async isOn(): Promise<boolean> {
    const [stored] = await this.#store.getMany('setting', [this.#toggleKey]);
    return stored?.toString() !== 'off';
  }

  async setOn(on: boolean): Promise<void> {
    await this.#store.commit([{ space: 'setting', key: this.#toggleKey, value: on ? 'on' : 'off' }]);
  }

  /** The open run; undefined where there is none that this version can take up. */
  async checkpoint(): Promise<ConnectionCheckpoint | undefined> {
    const [stored] = await this.#store.getMany('checkpoint', [this.#checkpointKey]);
    const readable = stored && checkpointSchema().safeParse(parsed(stored)).data;
    if (!readable) return undefined;
    const { version: _, ...checkpoint } = readable;
    return checkpoint;
  }

  async setCheckpoint(checkpoint: ConnectionCheckpoint): Promise<void> {
    const value = JSON.stringify({ version: 1, ...checkpoint });
    await this.#store.commit([{ space: 'checkpoint', key: this.#checkpointKey, value }]);
  }

  /** Ends the open run: its checkpoint goes, its report stays, older reports make room. */
  async settle(report: RunReport, keep: ReportRetention): Promise<void> {
    await this.#store.commit([
      { space: 'checkpoint', key: this.#checkpointKey, value: undefined },
      { space: 'report', key: this.#reportKey(report.run), value: JSON.stringify(report) },
      ...(await this.#outdated(report.run, keep)),
    ]);
  }

  /** The newest first. */
  async reports(limit: number): Promise<RunReport[]> {
    const reports: RunReport[] = [];
    const prefix = this.#reportKey('');
    for await (const { value } of this.#store.list('report', prefix, { newestFirst: true, limit })) {
      reports.push(JSON.parse(value.toString()) as RunReport);
    }
    return reports;
  }

  /** The end of a goal's run that came to the history, but not to the connection, before Node-RED ended. */
  async endedRun(token: GoalToken): Promise<RunSummary | undefined> {
    const recent = await readHistory(this.#store, recentRuns);
    return recent.find(
      ({ connection, result, error }) =>
        connection?.connection === token.connection &&
        connection.connectionRun === token.connectionRun &&
        connection.goal === token.goal &&
        result !== 'stopped' &&
        // Its source could not go on with that run, and began anew.
        error?.code !== 'RUN_INTERRUPTED',
    );
  }

  async #outdated(newest: string, keep: ReportRetention): Promise<StoreWrite[]> {
    // Run ids begin with their time of start; see `newRunId`.
    const oldest = keep.days > 0 ? this.#reportKey((Date.now() - keep.days * dayMs).toString(36)) : '';
    const deletes: StoreWrite[] = [];
    let kept = 1;
    for await (const { key } of this.#store.list('report', this.#reportKey(''), { newestFirst: true })) {
      if (key === this.#reportKey(newest)) continue;
      if (++kept > keep.runs || key < oldest) deletes.push({ space: 'report', key, value: undefined });
    }
    return deletes;
  }

  get #toggleKey(): string {
    return `connection/${this.#id}/toggle`;
  }

  get #checkpointKey(): string {
    return `connection/${this.#id}`;
  }

  #reportKey(run: string): string {
    return `${this.#id}/${run}`;
  }
}

function parsed(stored: Buffer): unknown {
  try {
    return JSON.parse(stored.toString());
  } catch {
    return undefined;
  }
}
