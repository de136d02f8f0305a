import assert from 'node:assert/strict';
import type { RunSnapshot, RunSummary } from '../../src/run/runSummary';
import { seed } from './customers';
import { connectFlow } from './exampleFlow';
import { configNodes, coreNode, flowTab } from './flowNodes';
import { type FlowNode, probe, tab } from './flowProbe';
import { type NodeRedOptions, NodeRedRuntime, type NodeStatus } from './nodeRedRuntime';
import { SandboxProcess } from './sandboxProcess';
import { until } from './until';

export type BrazeUser = Record<string, unknown> & { custom_attributes: Record<string, unknown> };
export type BlueConicProfile = { profileId: string; properties: Record<string, string[]> };

/** What both sides of the sandbox hold, by customer. */
export interface BothSides {
  users: Map<string, BrazeUser>;
  profiles: Map<string, BlueConicProfile>;
}

/** Longest run of a test; a machine under load may need it. */
const patienceMs = 50_000;

/**
 * A sandbox and a Node-RED, each in a process of its own, for the whole flows of one test file. Between tests `reset`
 * puts the sandbox back; a test deploys its own flow and reads what both sides then hold.
 */
export class Stage {
  readonly sandbox: SandboxProcess;
  readonly nodeRed: NodeRedRuntime;
  readonly people: number;
  readonly #seen = new Set<string>();
  #workspaces = 0;

  private constructor(sandbox: SandboxProcess, nodeRed: NodeRedRuntime, people: number) {
    this.sandbox = sandbox;
    this.nodeRed = nodeRed;
    this.people = people;
  }

  /** @param options a function gets the sandbox, for settings that depend on its addresses. */
  static async start(
    people: number,
    options: NodeRedOptions | ((sandbox: SandboxProcess) => NodeRedOptions) = {},
  ): Promise<Stage> {
    const sandbox = await SandboxProcess.start({ people, seed });
    try {
      const runtime = typeof options === 'function' ? options(sandbox) : options;
      const nodeRed = await NodeRedRuntime.start({ startTimeoutMs: 60_000, ...runtime });
      return new Stage(sandbox, nodeRed, people);
    } catch (thrown) {
      await sandbox.stop();
      throw thrown;
    }
  }

  async stop(): Promise<void> {
    await this.nodeRed.stop();
    await this.sandbox.stop();
  }

  /**
   * The sandbox as after its start, except that Braze applies a change before it answers. To Node-RED it is another
   * workspace from then on: nothing that was remembered of its users is true any more.
   */
  async reset(): Promise<void> {
    this.forgetWorkspace();
    await this.sandbox.control('POST', '/reset');
    await this.sandbox.control('POST', '/braze/settings', { apply: { delayMs: 0 } });
  }

  /** What flows deployed from now on know of Braze's users is nothing, whatever Braze holds. */
  forgetWorkspace(): void {
    this.#workspaces++;
  }

  /**
   * The nodes, with Braze as the workspace that it is since the last reset. BlueConic's tenant keeps its address, so the
   * first run of a goal takes nothing for known that was sent there before.
   */
  inWorkspace(nodes: readonly FlowNode[]): FlowNode[] {
    const workspace = `workspace ${this.#workspaces}`;
    return nodes.map((node) => {
      if (node.type === 'braze-config') return { ...node, workspace };
      const isStale = node.type === 'blueconic-profiles' && this.#workspaces > 0;
      return isStale ? { ...node, sendEverything: workspace } : node;
    });
  }

  /**
   * Deploys nodes of `flowNodes.ts` on their tab, with config nodes that point at the sandbox, and with a Catch node
   * whose messages are observed as `errors`. Messages observed before are forgotten.
   * @param changes settings and secrets that differ from the sandbox's own, by node id.
   */
  async deploy(
    nodes: readonly FlowNode[],
    changes: { settings?: Record<string, object>; secrets?: Record<string, Record<string, string>> } = {},
  ): Promise<void> {
    const { settings = {}, secrets = {} } = changes;
    const errors = [coreNode('catch', 'catch', ['errors'], { scope: null }), probe('errors', flowTab)];
    const flow = connectFlow([tab(flowTab), ...configNodes(), ...nodes, ...errors], this.sandbox.description);
    await this.nodeRed.deploy(
      this.inWorkspace(flow.nodes).map((node) => ({ ...node, ...settings[node.id] })),
      { ...flow.credentials, ...secrets },
    );
    this.nodeRed.home.forgetObserved();
  }

  /** Presses an inject node and waits for the run that comes of it. */
  async run(injectId = 'go', props?: Record<string, string>): Promise<RunSummary> {
    await this.#lookAtHistory();
    await this.nodeRed.inject(injectId, props);
    return this.nextRun();
  }

  /**
   * Waits until a run is over whose end this stage has not seen yet, and returns its summary. A run that was stopped
   * and went on ends twice.
   * @throws AssertionError where its ledger does not add up: that must hold for every run, whatever the test is about.
   */
  async nextRun(): Promise<RunSummary> {
    const ended = await this.#untilHistory('a run to end', (history) =>
      history.filter((summary) => !this.#seen.has(endOf(summary))).at(-1),
    );
    this.#seen.add(endOf(ended));
    return ended;
  }

  /** Waits until this run has ended for good: a stop before that does not count. Else as `nextRun`. */
  async endOfRun(run: string): Promise<RunSummary> {
    const ended = await this.#untilHistory(`run ${run} to end for good`, (history) =>
      history.find((summary) => summary.run === run && summary.result !== 'stopped'),
    );
    this.#seen.add(endOf(ended));
    return ended;
  }

  /** Waits until a run is under way and has come as far as asked. */
  liveRun(farEnough: (run: RunSnapshot) => boolean = () => true): Promise<RunSnapshot> {
    return until(async () => (await this.runs()).live.find(farEnough), {
      what: 'a run to get under way',
      timeoutMs: patienceMs,
      evidence: () => this.#evidence(),
    });
  }

  async runs(): Promise<{ live: RunSnapshot[]; history: RunSummary[] }> {
    const { status, body } = await this.nodeRed.get<{ live: RunSnapshot[]; history: RunSummary[] }>(
      '/profile-sync/runs',
    );
    assert.equal(status, 200);
    return body;
  }

  /** How many runs have ended that no test has waited for. */
  async unseenRuns(): Promise<number> {
    return (await this.runs()).history.filter((summary) => !this.#seen.has(endOf(summary))).length;
  }

  /** Waits until the node's status line is such a one now, and returns it. */
  status(nodeId: string, matches: (status: NodeStatus) => boolean): Promise<NodeStatus> {
    const now = () => this.nodeRed.statuses(nodeId).at(-1) ?? {};
    return until(async () => matches(now()) && now(), {
      what: `a status of ${nodeId}`,
      timeoutMs: patienceMs,
      evidence: () => `It is ${JSON.stringify(now())}. ${this.#evidence()}`,
    });
  }

  /** The payloads that a probe received, one after the other; those of arrays laid end to end. */
  payloads<T = Record<string, unknown>>(name: string): T[] {
    return this.nodeRed.observed(name).flatMap((message) => message.payload as T | T[]);
  }

  /** The messages of the Catch node, once there is one. */
  async caught(): Promise<CaughtMessage[]> {
    return (await this.nodeRed.waitForObserved('errors', 1, patienceMs)) as unknown as CaughtMessage[];
  }

  /** Waits until no run is under way and every message that is on its way has arrived. */
  async quiet(): Promise<void> {
    await until(async () => (await this.runs()).live.length === 0, {
      what: 'the runs to end',
      timeoutMs: patienceMs,
      evidence: () => this.#evidence(),
    });
    // Messages travel by turns of the event loop; these questions take more turns than a flow here has nodes.
    for (let turn = 0; turn < 10; turn++) await this.runs();
  }

  async bothSides(): Promise<BothSides> {
    const users: BothSides['users'] = new Map();
    for await (const user of this.sandbox.records<BrazeUser>('/braze/users')) {
      users.set(String(user.external_id), user);
    }
    const profiles: BothSides['profiles'] = new Map();
    for await (const profile of this.sandbox.records<BlueConicProfile>('/blueconic/profiles')) {
      profiles.set(profile.properties.customer_id?.[0] ?? profile.profileId, profile);
    }
    return { users, profiles };
  }

  /** A custom attribute of Braze, by customer; customers without it are left out. */
  async attribute(name: string): Promise<Map<string, unknown>> {
    const { users } = await this.bothSides();
    const held = [...users].map(([customer, user]) => [customer, user.custom_attributes[name]] as const);
    return new Map(held.filter(([, value]) => value !== undefined));
  }

  async #untilHistory(
    what: string,
    find: (history: RunSummary[]) => RunSummary | undefined,
  ): Promise<RunSummary> {
    const ended = await until(
      async () => {
        const { live, history } = await this.runs();
        const found = find(history);
        // The history is written a moment before the nodes learn of the end.
        return found && !live.some(({ run }) => run === found.run) && found;
      },
      { what, timeoutMs: patienceMs, evidence: () => this.#evidence() },
    );
    assertAddsUp(ended);
    return ended;
  }

  #evidence(): string {
    const errors = this.nodeRed.observed('errors').map(({ error }) => JSON.stringify(error));
    const log = this.nodeRed.log().slice(-10);
    return [...errors, ...log.map(({ level, text }) => `[${level}] ${text}`)].join('\n');
  }

  async #lookAtHistory(): Promise<void> {
    for (const summary of (await this.runs()).history) this.#seen.add(endOf(summary));
  }
}

/** A message of a Catch node, as far as tests read it. */
export interface CaughtMessage {
  error: { message: string; code?: string; source: { id: string; type: string } };
  sync?: { run: string };
}

function endOf({ run, endedAt }: RunSummary): string {
  return `${run} ${endedAt}`;
}

function assertAddsUp({ run, ledger }: RunSummary): void {
  const { read, added, unmapped, filtered, unchanged, accepted, rejected, unknown, handedOver, unsent } =
    ledger;
  const decided = unmapped + filtered + unchanged + accepted + rejected + unknown + handedOver + unsent;
  assert.equal(
    decided,
    read + added,
    `the ledger of run ${run} does not add up: ${JSON.stringify(ledger, null, 1)}`,
  );
  assert.equal(ledger.undecided, 0, `run ${run} ended with undecided rows`);
}
