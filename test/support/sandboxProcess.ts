import { join } from 'node:path';
import type { SandboxDescription } from '../../src/sandbox/sandbox';
import { Child } from './childProcess';
import { packageRoot } from './places';
import { until } from './until';

export interface SandboxProcessOptions {
  people?: number;
  seed?: number;
  compact?: boolean;
  /** `source` (default) needs no build; `dist` is what users get. */
  from?: 'source' | 'dist';
}

/** The sandbox in a process of its own, so that its work does not share a thread with what is measured or tested. */
export class SandboxProcess {
  readonly description: SandboxDescription;
  readonly #child: Child;

  private constructor(child: Child, description: SandboxDescription) {
    this.#child = child;
    this.description = description;
  }

  static async start(options: SandboxProcessOptions = {}): Promise<SandboxProcess> {
    const child = new Child([...program(options.from ?? 'source'), 'sandbox', '--json', ...flags(options)], {
      cwd: packageRoot,
    });
    const line = await until(
      () => {
        if (child.ended !== undefined) throw new Error(`The sandbox ended (${child.ended}). ${child.output}`);
        return child.stdout.includes('\n') && child.stdout.split('\n', 1)[0];
      },
      { what: 'the sandbox to start', timeoutMs: 120_000, evidence: () => child.output },
    );
    return new SandboxProcess(child, JSON.parse(line) as SandboxDescription);
  }

  get pid(): number {
    return this.#child.pid;
  }

  /** What it printed; its error output says what went wrong inside it. */
  get output(): string {
    return this.#child.output;
  }

  /**
   * One call of the control API; `GET /` there lists the routes.
   * @returns the answer's JSON. @throws Error with the answer's text for any status over 299.
   */
  async control<T = unknown>(method: string, path: string, body?: unknown): Promise<T> {
    const answer = await fetch(new URL(path, this.description.control.url), {
      method,
      ...(body !== undefined && {
        body: JSON.stringify(body),
        headers: { 'content-type': 'application/json' },
      }),
    });
    const text = await answer.text();
    if (!answer.ok) throw new Error(`${method} ${path} answered ${answer.status}: ${text}`);
    return (text === '' ? undefined : JSON.parse(text)) as T;
  }

  /** The records of an NDJSON answer of the control API, one at a time. */
  async *records<T>(path: string): AsyncGenerator<T> {
    const answer = await fetch(new URL(path, this.description.control.url));
    if (!answer.ok || !answer.body) throw new Error(`GET ${path} answered ${answer.status}`);
    let rest = '';
    const decoder = new TextDecoder();
    for await (const chunk of answer.body) {
      const lines = (rest + decoder.decode(chunk as Uint8Array, { stream: true })).split('\n');
      rest = lines.pop() ?? '';
      for (const line of lines) if (line !== '') yield JSON.parse(line) as T;
    }
    if (rest !== '') yield JSON.parse(rest) as T;
  }

  /** Puts an object into the sandbox's S3, as somebody else's upload would, so many minutes ago. */
  async putObject(key: string, bytes: Uint8Array | string, minutesAgo = 0): Promise<void> {
    const { control, s3 } = this.description;
    const lastModified = new Date(Date.now() - minutesAgo * 60_000).toISOString();
    const query = new URLSearchParams({ bucket: s3.bucket, key, lastModified });
    const answer = await fetch(new URL(`/s3/object?${query}`, control.url), {
      method: 'PUT',
      body: typeof bytes === 'string' ? bytes : new Uint8Array(bytes),
    });
    if (!answer.ok) throw new Error(`The sandbox did not store ${key}: ${await answer.text()}`);
  }

  stop(): Promise<void> {
    return this.#child.stop();
  }
}

function program(from: 'source' | 'dist'): string[] {
  return from === 'dist'
    ? [join(packageRoot, 'dist', 'src', 'sandbox', 'command.js')]
    : ['--import', 'tsx', join(packageRoot, 'src', 'sandbox', 'command.ts')];
}

function flags({ people, seed, compact }: SandboxProcessOptions): string[] {
  return [
    ...(people !== undefined ? ['--people', String(people)] : []),
    ...(seed !== undefined ? ['--seed', String(seed)] : []),
    ...(compact ? ['--compact'] : []),
  ];
}
