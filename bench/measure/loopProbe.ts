import { join } from 'node:path';
import { freePort } from '../../test/support/freePort';
import { type GapClass, type LoopDelay, loopDelay } from './loopDelay';

/** What a probed process did since it was asked before. */
export interface ProbeFigures {
  loop: LoopDelay;
  /** CPU time of all its threads, microseconds. */
  cpuUs: number;
  wallMs: number;
}

/** The preloaded module that measures a process from inside; start that process with these flags and this environment. */
export class LoopProbe {
  readonly nodeFlags = ['--require', join(__dirname, 'loopProbe.cjs')];
  readonly env: Record<string, string>;
  readonly #url: string;

  private constructor(port: number) {
    this.env = { BENCH_PROBE_PORT: String(port) };
    this.#url = `http://127.0.0.1:${port}`;
  }

  static async create(): Promise<LoopProbe> {
    return new LoopProbe(await freePort());
  }

  /** Takes the figures since the call before (or the start), and starts anew. */
  async take(): Promise<ProbeFigures> {
    const answer = await fetch(this.#url, { headers: { connection: 'close' } });
    const { gaps, maxGapMs, cpuUs, wallMs } = (await answer.json()) as {
      gaps: GapClass[];
      maxGapMs: number;
      cpuUs: number;
      wallMs: number;
    };
    return { loop: loopDelay(gaps, maxGapMs), cpuUs, wallMs };
  }
}
