import { join } from 'node:path';
import { Child } from './childProcess';
import type { FlowNode } from './flowProbe';
import { freePort } from './freePort';
import { Comms, type CommsMessage } from './nodeRedComms';
import { type HomeOptions, NodeRedHome, type NodeRedLogEntry, type NodeRedUser } from './nodeRedHome';
import { nodeRedDir } from './places';
import { until } from './until';

export interface NodeRedOptions extends Partial<HomeOptions> {
  /** Environment variables for the runtime; `undefined` takes one away. */
  env?: Record<string, string | undefined>;
  /** Flags for Node.js itself, for example `--max-old-space-size=256`. */
  nodeFlags?: string[];
  /** Below mocha's own limit by default, so that a failed start shows its log. */
  startTimeoutMs?: number;
}

export interface AdminRequest {
  body?: unknown;
  /** Who asks, where authentication is on; default: the first user with all permissions. `null`: nobody. */
  as?: NodeRedUser | null;
  headers?: Record<string, string>;
}

export interface AdminAnswer<T = unknown> {
  status: number;
  headers: Headers;
  /** Parsed where the answer is JSON, else its text. */
  body: T;
}

export type DeployType = 'full' | 'nodes' | 'flows';

/** A node's status as the editor shows it. `{}`: cleared. */
export interface NodeStatus {
  fill?: string;
  shape?: string;
  text?: string;
}

/** A proxy meant for the test run must not stand between a runtime and its sandbox, unless the test says so. */
const noProxy = {
  HTTP_PROXY: undefined,
  HTTPS_PROXY: undefined,
  http_proxy: undefined,
  https_proxy: undefined,
};

/**
 * A real Node-RED in a process of its own, with this package installed as a link. Build first: it loads `dist`.
 *
 *     const nodeRed = await NodeRedRuntime.start();
 *     await nodeRed.deploy([tab('t'), inject('go', 't', ['p']), probe('p', 't')]);
 *     await nodeRed.inject('go');
 *     const [msg] = await nodeRed.waitForObserved('p', 1);
 *     await nodeRed.stop();
 */
export class NodeRedRuntime {
  readonly url: string;
  readonly home: NodeRedHome;
  readonly #options: NodeRedOptions;
  readonly #token: string | undefined;
  #child!: Child;
  #comms!: Comms;

  private constructor(port: number, options: NodeRedOptions) {
    this.url = `http://127.0.0.1:${port}`;
    this.home = new NodeRedHome({ ...options, port });
    this.#options = options;
    this.#token = options.users?.find((user) => user.permissions === '*')?.password;
  }

  static async start(options: NodeRedOptions = {}): Promise<NodeRedRuntime> {
    const runtime = new NodeRedRuntime(options.port ?? (await freePort()), options);
    try {
      await runtime.#launch();
    } catch (thrown) {
      runtime.home.remove();
      throw thrown;
    }
    return runtime;
  }

  get pid(): number {
    return this.#child.pid;
  }

  /** Everything this runtime's process printed; nothing, unless it crashed or a node writes to the console. */
  get output(): string {
    return this.#child.output;
  }

  log(): NodeRedLogEntry[] {
    return this.home.log();
  }

  /** One call of the admin API, or of an HTTP endpoint of a flow. A refusal is an answer, not an error. */
  async request<T = unknown>(
    method: string,
    path: string,
    request: AdminRequest = {},
  ): Promise<AdminAnswer<T>> {
    const token = request.as === undefined ? this.#token : request.as?.password;
    const answer = await fetch(new URL(path, this.url), {
      method,
      headers: {
        ...(request.body !== undefined && { 'content-type': 'application/json' }),
        ...(token !== undefined && { authorization: `Bearer ${token}` }),
        ...request.headers,
      },
      ...(request.body !== undefined && { body: JSON.stringify(request.body) }),
    });
    const text = await answer.text();
    const json = answer.headers.get('content-type')?.includes('json') ?? false;
    const { status, headers } = answer;
    return { status, headers, body: (json ? JSON.parse(text) : text) as T };
  }

  get<T = unknown>(path: string, request: AdminRequest = {}): Promise<AdminAnswer<T>> {
    return this.request<T>('GET', path, {
      ...request,
      headers: { accept: 'application/json', ...request.headers },
    });
  }

  post<T = unknown>(path: string, body: unknown = {}, request: AdminRequest = {}): Promise<AdminAnswer<T>> {
    return this.request<T>('POST', path, { ...request, body });
  }

  /**
   * Deploys flows as the editor does and waits until they run.
   * @param credentials by node id; they travel inside the nodes, as from the editor, and are stored encrypted.
   * @throws Error where the runtime refuses the flows or lacks a node type they use.
   */
  async deploy(
    flows: FlowNode[],
    credentials: Record<string, Record<string, string>> = {},
    type: DeployType = 'full',
  ): Promise<void> {
    const nodes = flows.map((node) =>
      credentials[node.id] ? { ...node, credentials: credentials[node.id] } : node,
    );
    const heardBefore = this.#comms.messages.length;
    const answer = await this.post<{ rev: string }>(
      '/flows',
      { flows: nodes },
      { headers: { 'Node-RED-API-Version': 'v2', 'Node-RED-Deployment-Type': type } },
    );
    if (answer.status !== 200)
      throw new Error(`Deploy refused: ${answer.status} ${JSON.stringify(answer.body)}`);
    const news = (topic: string) =>
      this.#comms.messages.slice(heardBefore).filter((message) => message.topic === topic);
    await this.#until('the deployed flows to start', () =>
      news('notification/runtime-deploy').some(
        ({ data }) => (data as { revision?: string }).revision === answer.body.rev,
      ),
    );
    const trouble = news('notification/runtime-state').find(({ data }) => (data as { error?: string }).error);
    if (trouble) throw new Error(`The flows did not start: ${JSON.stringify(trouble.data)}`);
  }

  /** Presses an inject node's button. @param props what it sends instead of its own: `{ payload: 'stop' }`. */
  async inject(nodeId: string, props?: Record<string, string>): Promise<void> {
    const custom = props && {
      __user_inject_props__: Object.entries(props).map(([p, v]) => ({ p, v, vt: 'str' })),
    };
    const answer = await this.post(`/inject/${nodeId}`, custom ?? {});
    if (answer.status !== 200) throw new Error(`Inject ${nodeId} answered ${answer.status}.`);
  }

  /** The messages that a probe of this name received so far (flowProbe.ts), also before a restart. */
  observed(name: string): Record<string, unknown>[] {
    return this.home.observed(name);
  }

  /** Waits until a probe has received at least `count` messages, or until they satisfy a condition. */
  async waitForObserved(
    name: string,
    enough: number | ((messages: Record<string, unknown>[]) => boolean),
    timeoutMs?: number,
  ): Promise<Record<string, unknown>[]> {
    return this.#until(
      `messages at probe ${name}`,
      () => {
        const messages = this.observed(name);
        return (typeof enough === 'number' ? messages.length >= enough : enough(messages)) && messages;
      },
      timeoutMs,
    );
  }

  /** The statuses this node showed since the runtime's last start, oldest first. */
  statuses(nodeId: string): NodeStatus[] {
    return this.#comms.heard(`status/${nodeId}`) as NodeStatus[];
  }

  /** Waits until a node has shown such a status, and returns it. */
  async waitForStatus(
    nodeId: string,
    matches: (status: NodeStatus) => boolean,
    timeoutMs?: number,
  ): Promise<NodeStatus> {
    return this.#until(`a status of ${nodeId}`, () => this.statuses(nodeId).find(matches), timeoutMs);
  }

  /** The data of everything the runtime sent its editors on this topic since its last start, oldest first. */
  heard(topic: string): unknown[] {
    return this.#comms.heard(topic);
  }

  /** Everything it sent its editors since its last start, oldest first. */
  comms(): readonly CommsMessage[] {
    return this.#comms.messages;
  }

  /** Waits until the log holds such a line, and returns it. */
  async waitForLog(
    matches: (entry: NodeRedLogEntry) => boolean,
    timeoutMs?: number,
  ): Promise<NodeRedLogEntry> {
    return this.#until('a line of the log', () => this.log().find(matches), timeoutMs);
  }

  /** Ends the process at once, as a crash does; the user directory stays for `restart`. */
  async kill(signal: NodeJS.Signals = 'SIGKILL'): Promise<void> {
    this.#comms.close();
    this.#child.kill(signal);
    await this.#child.finished();
  }

  /** Starts it again on the same port and user directory; one still running is shut down in good order first. */
  async restart(): Promise<void> {
    await this.#shutDown();
    await this.#launch();
  }

  /** Shuts down in good order and removes the user directory. */
  async stop(): Promise<void> {
    await this.#shutDown();
    this.home.remove();
  }

  async #shutDown(): Promise<void> {
    this.#comms.close();
    await this.#child.stop();
  }

  async #launch(): Promise<void> {
    const { nodeFlags = [], env = {}, startTimeoutMs = 18_000 } = this.#options;
    const program = join(nodeRedDir, 'red.js');
    const argv = [...nodeFlags, program, '--userDir', this.home.dir, '--settings', this.home.settingsFile];
    this.#child = new Child(argv, {
      cwd: this.home.dir,
      env: { ...noProxy, ...env },
    });
    try {
      await this.#until('Node-RED to start', () => this.#answers(), startTimeoutMs);
      this.#comms = await Comms.open(this.url, this.#token);
      // The server answers before the flows run.
      await this.#until('the flows to start', () => this.heard('notification/runtime-state').length > 0);
    } catch (thrown) {
      this.#child.kill();
      await this.#child.finished();
      throw thrown;
    }
  }

  async #answers(): Promise<boolean> {
    try {
      return (await this.get('/settings')).status === 200;
    } catch (thrown) {
      if ((thrown as { cause?: { code?: string } }).cause?.code === 'ECONNREFUSED') return false;
      throw thrown;
    }
  }

  #until<T>(
    what: string,
    look: () => T | undefined | false | Promise<T | undefined | false>,
    timeoutMs?: number,
  ): Promise<T> {
    const evidence = () => {
      const lines = this.log().slice(-15);
      return `Log:\n${lines.map(({ level, text }) => `[${level}] ${text}`).join('\n')}\n${this.#child.output}`;
    };
    return until(
      async () => {
        const found = await look();
        if (!found && this.#child.ended !== undefined) {
          throw new Error(`Node-RED ended (${this.#child.ended}) before ${what}. ${evidence()}`);
        }
        return found;
      },
      { what, evidence, ...(timeoutMs !== undefined && { timeoutMs }) },
    );
  }
}
