import { setTimeout as sleep } from 'node:timers/promises';
import type { NodeRedRuntime } from '../../test/support/nodeRedRuntime';
import { quantile } from './statistics';

/** What an open editor asks while a flow runs, in turns: the flows, and the runs for the sidebar. */
const paths = ['/flows', '/profile-sync/runs'];
/** Often enough for a p95 of a run of seconds, rarely enough to cost the run nothing that shows. */
const askEveryMs = 150;

/** How long answers took, in milliseconds. */
export interface AnswerTimes {
  p50: number;
  p95: number;
  max: number;
}

/** Asks a Node-RED what its editor asks, again and again, and notes how long each answer took. */
export class EditorWatch {
  readonly #nodeRed: NodeRedRuntime;
  readonly #times: number[] = [];
  readonly #asking: Promise<void>;
  #over = false;

  private constructor(nodeRed: NodeRedRuntime) {
    this.#nodeRed = nodeRed;
    this.#asking = this.#ask();
  }

  static start(nodeRed: NodeRedRuntime): EditorWatch {
    return new EditorWatch(nodeRed);
  }

  /** @throws Error where an answer was not 200. */
  async stop(): Promise<AnswerTimes> {
    this.#over = true;
    await this.#asking;
    return {
      p50: quantile(this.#times, 0.5),
      p95: quantile(this.#times, 0.95),
      max: Math.max(...this.#times),
    };
  }

  async #ask(): Promise<void> {
    for (let turn = 0; !this.#over; turn++) {
      const path = paths[turn % paths.length]!;
      const asked = performance.now();
      const { status } = await this.#nodeRed.get(path);
      if (status !== 200) throw new Error(`Node-RED answered ${path} with ${status}.`);
      this.#times.push(performance.now() - asked);
      await sleep(askEveryMs);
    }
  }
}
