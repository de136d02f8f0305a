import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';

export interface ChildOptions {
  cwd?: string;
  /** Added to this process's environment; `undefined` takes a variable away. */
  env?: Record<string, string | undefined>;
}

/** A Node.js program running beside this one. What it prints is kept; it never outlives this process. */
export class Child {
  readonly #process: ChildProcess;
  readonly #exit: Promise<void>;
  #stdout = '';
  #stderr = '';

  /** @param argv what follows `node`: flags, module, arguments. The same Node.js as this process runs it. */
  constructor(argv: string[], options: ChildOptions = {}) {
    this.#process = spawn(process.execPath, argv, {
      ...(options.cwd !== undefined && { cwd: options.cwd }),
      env: { ...process.env, ...options.env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.#exit = once(this.#process, 'close').then(() => undefined);
    this.#process.stdout?.setEncoding('utf8').on('data', (text: string) => {
      this.#stdout += text;
    });
    this.#process.stderr?.setEncoding('utf8').on('data', (text: string) => {
      this.#stderr += text;
    });
    const killChild = () => this.#process.kill('SIGKILL');
    process.once('exit', killChild);
    void this.#exit.then(() => process.removeListener('exit', killChild));
  }

  get pid(): number {
    return this.#process.pid as number;
  }

  /** `undefined` while it runs; else its exit code, or the name of the signal that ended it. */
  get ended(): number | NodeJS.Signals | undefined {
    return this.#process.exitCode ?? this.#process.signalCode ?? undefined;
  }

  get stdout(): string {
    return this.#stdout;
  }

  get stderr(): string {
    return this.#stderr;
  }

  /** Both outputs, for the message of an error. */
  get output(): string {
    return `stdout:\n${this.#stdout}\nstderr:\n${this.#stderr}`;
  }

  /** Resolves once it has ended and all its output was read. */
  async finished(): Promise<number | NodeJS.Signals> {
    await this.#exit;
    return this.ended as number | NodeJS.Signals;
  }

  /** Sends a signal; does not wait. */
  kill(signal: NodeJS.Signals = 'SIGKILL'): void {
    this.#process.kill(signal);
  }

  /** Asks it to end (SIGTERM), insists (SIGKILL) after `graceMs`, and waits until it has. */
  async stop(graceMs = 10_000): Promise<void> {
    if (this.ended === undefined) this.kill('SIGTERM');
    const insist = setTimeout(() => this.kill('SIGKILL'), graceMs);
    await this.#exit;
    clearTimeout(insist);
  }
}
