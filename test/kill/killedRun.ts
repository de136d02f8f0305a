import { setTimeout as sleep } from 'node:timers/promises';
import type { RunSnapshot, RunSummary } from '../../src/run/runSummary';
import { flowTab } from '../support/flowNodes';
import { inject } from '../support/flowProbe';
import type { Stage } from '../support/stage';
import { until } from '../support/until';
import { type Finding, type KilledGoal, objectsPerRequest, settings } from './goals';
import { type Moment, moments } from './moments';
import { contentOf } from './storeContent';

/** What came of one run that was killed again and again. */
export interface KilledRun {
  goal: string;
  /** Changes that are not there, and of which no list says that they may be missing. */
  lost: number;
  doubled: number;
  kills: number;
  /** Kills before the run had begun to be remembered: it needed its trigger again. */
  triggeredAgain: number;
  /** Rows that the ledger counts as unknown. */
  unknown: number;
  /** Requests that an undisturbed run needs, and how many more were processed. */
  requests: number;
  requestsRepeated: number;
  /** The rows of those, in files or pages. */
  unitsRepeated: number;
  /** Milliseconds from a kill to the moment when the run was under way again; the start of Node-RED included. */
  resumeMs: number[];
  /** Everything that must never be, in words. */
  faults: string[];
}

const sending = [
  { system: 'braze', path: '/users/track' },
  { system: 'blueconic', method: 'PUT', path: '/profiles' },
];
/** Slow enough to be killed in the middle: half of the waiting before a request takes effect, half of it after. */
const slowness = sending.flatMap((where) => [
  { ...where, fault: { kind: 'latency', ms: 40, jitterMs: 120 } },
  { ...where, fault: { kind: 'slowBody', pieceBytes: 32, pauseMs: 30 } },
]);
const slowReading = [
  { system: 'blueconic', path: '/segments/', fault: { kind: 'latency', ms: 60 } },
  { system: 's3', method: 'GET', fault: { kind: 'latency', ms: 60 } },
];

/** The next request is taken and has no effect: it was still on its way when the process died. */
const swallowed = sending.map((where) => ({ ...where, times: 1, fault: { kind: 'hang' } }));
const swallowMs = 150;
/** A request that has reached the sandbox takes effect though its sender is dead; in the other half it does not. */
const swallowedShare = 0.5;

/** No run of these takes as long: one that does is stuck. */
const patienceMs = 60_000;

export interface KillPlan {
  kills: number;
  random: () => number;
  /** Names of moments to choose from; `sometime` where none fits. */
  moments: readonly string[];
  /** Share of the restarts that are killed as well. */
  killedStarts: number;
}

/** Runs a goal on a stage, kills Node-RED in the middle as planned, and compares what is left with what must be. */
export class KillDrive {
  readonly #stage: Stage;
  readonly #goal: KilledGoal;
  readonly #source: string;
  readonly #plan: KillPlan;
  readonly #faults: string[] = [];
  readonly #resumeMs: number[] = [];
  #kills = 0;
  #triggeredAgain = 0;
  #before = 0;

  /** @param round tells runs of the same goal apart: each has its own memory in the store. */
  constructor(stage: Stage, goal: KilledGoal, round: number, plan: KillPlan) {
    this.#stage = stage;
    this.#goal = goal;
    this.#source = `${goal.name} ${round}`;
    this.#plan = plan;
  }

  async run(): Promise<KilledRun> {
    const { sandbox, nodeRed } = this.#stage;
    await this.#stage.reset();
    await this.#stage.deploy([inject('go', flowTab, [this.#source]), ...this.#goal.nodes(this.#source)], {
      settings,
    });
    await this.#goal.prepare(this.#stage, async () => void (await this.#stage.run()));
    this.#before = (await this.#history()).length;
    const requestsBefore = await this.#requests();
    await sandbox.control('POST', '/faults', [...slowness, ...slowReading]);

    await nodeRed.inject('go');
    while (this.#kills < this.#plan.kills) {
      if (await this.#endsBefore(this.#nextMoment())) break;
      await this.#kill();
    }
    const summary = await this.#end();
    const requests = (await this.#requests()) - requestsBefore;
    await this.#checkRemains(summary);
    const finding = this.#goal.check(await this.#stage.bothSides());
    this.#checkSummary(summary);
    const repeated = Math.max(0, requests - this.#goal.requests);
    return {
      goal: this.#goal.name,
      lost: this.#unexplained(finding, summary),
      doubled: finding.doubled,
      kills: this.#kills,
      triggeredAgain: this.#triggeredAgain,
      unknown: summary.ledger.unknown,
      requests: this.#goal.requests,
      requestsRepeated: repeated,
      unitsRepeated: (repeated * objectsPerRequest) / this.#goal.unitRows,
      resumeMs: this.#resumeMs,
      faults: this.#faults,
    };
  }

  #nextMoment(): Moment {
    const names = this.#plan.moments;
    return moments[names[Math.floor(this.#plan.random() * names.length)]!]!;
  }

  /** True where the run is over before the moment has come. */
  async #endsBefore(moment: Moment): Promise<boolean> {
    const over = new AbortController();
    const { random } = this.#plan;
    const scene = { stage: this.#stage, random, run: () => this.#live() };
    const come = moment(scene, over.signal).then(
      () => false,
      () => true,
    );
    const ended = (async () => {
      while (!over.signal.aborted) {
        if ((await this.#history()).length > this.#before && !(await this.#live())) return true;
        await sleep(20);
      }
      return false;
    })();
    const result = await Promise.race([come, ended]);
    over.abort();
    await Promise.all([come, ended]);
    return result;
  }

  async #kill(): Promise<void> {
    const { nodeRed } = this.#stage;
    const { random, killedStarts } = this.#plan;
    const swallows = random() < swallowedShare ? await this.#swallow() : [];
    await nodeRed.kill();
    this.#kills++;
    const killedAt = Date.now();
    for (const id of swallows) await this.#stage.sandbox.control('DELETE', `/faults?id=${id}`);
    await this.#checkMeanwhile();
    if (random() < killedStarts) await this.#killInStart();
    await nodeRed.restart();
    const again = await this.#underWayOrOver(3_000);
    if (again) {
      this.#resumeMs.push(Date.now() - killedAt);
      return;
    }
    const { checkpoint } = await this.#contentAfter(() => nodeRed.kill());
    await nodeRed.restart();
    if (checkpoint > 0 && !(await this.#underWayOrOver(10_000)))
      this.#faults.push('a run did not go on by itself');
    if (checkpoint > 0) return;
    this.#triggeredAgain++;
    await nodeRed.inject('go');
  }

  /** Lets no effect come of what is sent now. Returns the rules that do it. */
  async #swallow(): Promise<number[]> {
    const { ids } = await this.#stage.sandbox.control<{ ids: number[] }>('POST', '/faults', swallowed);
    await sleep(swallowMs);
    return ids;
  }

  async #killInStart(): Promise<void> {
    const { nodeRed } = this.#stage;
    const starting = nodeRed.restart().then(
      () => undefined,
      () => undefined,
    );
    await sleep(200 + this.#plan.random() * 1_500);
    await nodeRed.kill();
    this.#kills++;
    await starting;
  }

  async #underWayOrOver(timeoutMs: number): Promise<boolean> {
    const deadline = Date.now() + timeoutMs;
    while (Date.now() < deadline) {
      if ((await this.#live()) || (await this.#history()).length > this.#before) return true;
      await sleep(10);
    }
    return false;
  }

  async #end(): Promise<RunSummary> {
    const ended = await until(
      async () => {
        const unseen = (await this.#history()).slice(0, -this.#before || undefined);
        return !(await this.#live()) && unseen[0];
      },
      { what: `the end of ${this.#source}`, timeoutMs: patienceMs, evidence: () => this.#evidence() },
    );
    const runs = (await this.#history()).length - this.#before;
    if (runs !== 1) this.#faults.push(`${runs} runs are in the history`);
    return ended;
  }

  /** While the process is dead: what may be remembered of a run that is not over. */
  async #checkMeanwhile(): Promise<void> {
    const { history, remembered, checkpoint } = await contentOf(this.#stage.nodeRed.home.dir, this.#source);
    const over = history.length > this.#before;
    if (over && checkpoint > 0) this.#faults.push('a run that is over left its checkpoint');
    if (!over && this.#before === 0 && remembered > 0) this.#faults.push('remembered before it was over');
  }

  /** The process is killed once more, after the end, and what the run has left is looked at. */
  async #checkRemains(summary: RunSummary): Promise<void> {
    const { nodeRed } = this.#stage;
    const { checkpoint, intents, remembered } = await this.#contentAfter(() => nodeRed.kill());
    if (checkpoint > 0) this.#faults.push(`${checkpoint} keys of the checkpoint are left`);
    const readForGood = summary.result === 'succeeded' && summary.repeat === undefined;
    if (readForGood && intents > 0) this.#faults.push(`${intents} intents are left`);
    const keepsPlace = this.#goal.direction === 'export';
    if (readForGood && keepsPlace && remembered === 0)
      this.#faults.push('nothing is remembered of what was read');
    await nodeRed.restart();
  }

  async #contentAfter(kill: () => Promise<void>) {
    await kill();
    return contentOf(this.#stage.nodeRed.home.dir, this.#source);
  }

  #checkSummary({ result, error, ledger }: RunSummary): void {
    if (!ledger.balanced) this.#faults.push('the ledger does not add up');
    if (ledger.read !== this.#goal.rows)
      this.#faults.push(`${ledger.read} rows read, not ${this.#goal.rows}`);
    if (result !== 'succeeded' && error?.code !== 'RUN_TOO_MANY_FAILURES')
      this.#faults.push(`the run ${result}: ${error?.code}`);
    const { rejected, unknown } = ledger;
    if (rejected > 0) this.#faults.push(`${rejected} rows rejected`);
    if (unknown > 0 && !this.#goal.sums) this.#faults.push(`${unknown} rows unknown that could be repeated`);
  }

  /** What is missing and not listed as unknown; a customer listed once may miss one change. */
  #unexplained({ lost, plainLost }: Finding, { ledger }: RunSummary): number {
    const seen = this.#stage.nodeRed.observed('refs') as unknown as { rows: [string, string][] }[];
    const customers = new Map(seen.flatMap(({ rows }) => rows));
    const listed = Object.entries(ledger.samples).flatMap(([reason, refs]) =>
      reason.startsWith('unknown: ') ? refs.map((ref) => customers.get(ref)) : [],
    );
    const unexplained = lost.filter((customer) => {
      const at = listed.indexOf(customer);
      if (at >= 0) listed.splice(at, 1);
      return at < 0;
    });
    return unexplained.length + plainLost.length;
  }

  async #live(): Promise<RunSnapshot | undefined> {
    const { live } = await this.#stage.runs();
    return live.find(({ goal }) => goal.id === this.#source);
  }

  async #history(): Promise<RunSummary[]> {
    const { history } = await this.#stage.runs();
    return history.filter(({ goal }) => goal.id === this.#source);
  }

  /** Requests that carried rows and were processed. */
  async #requests(): Promise<number> {
    type Calls = Record<string, Record<string, Record<string, number>>>;
    const { braze, blueconic } = await this.#stage.sandbox.control<Calls>('GET', '/calls');
    const counts =
      this.#goal.direction === 'export' ? braze?.['POST /users/track'] : blueconic?.['PUT /profiles'];
    return Object.values(counts ?? {}).reduce((sum, times) => sum + times, 0);
  }

  #evidence(): string {
    const log = this.#stage.nodeRed.log().slice(-15);
    return log.map(({ level, text }) => `[${level}] ${text}`).join('\n');
  }
}
