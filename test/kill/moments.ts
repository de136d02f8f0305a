import { setTimeout as sleep } from 'node:timers/promises';
import type { RunSnapshot } from '../../src/run/runSummary';
import type { Stage } from '../support/stage';

/** What a moment may look at. */
export interface Scene {
  stage: Stage;
  random: () => number;
  /** The goal's run, if it is under way. */
  run(): Promise<RunSnapshot | undefined>;
}

/**
 * When to kill. Resolves when the moment has come; it need not come at all, so whoever waits also watches for the end of
 * the run.
 */
export type Moment = (scene: Scene, signal: AbortSignal) => Promise<void>;

const lookEveryMs = 5;
/** Lives are this long at most: a run of a few seconds sees several deaths. */
const longestLifeMs = 1_200;

async function when(
  signal: AbortSignal,
  arrived: () => boolean | undefined | Promise<boolean | undefined>,
): Promise<void> {
  while (!(await arrived())) await sleep(lookEveryMs, undefined, { signal });
}

/** Any moment at all. */
const sometime: Moment = ({ random }, signal) => sleep(random() * longestLifeMs, undefined, { signal });

/** Braze has just been asked for the export. */
const exportAsked: Moment = async ({ stage, random }, signal) => {
  const asked = async () => {
    const { exports } = await stage.sandbox.control<{ exports: unknown[] }>('GET', '/braze/exports');
    return exports.length;
  };
  const before = await asked();
  await when(signal, async () => (await asked()) > before);
  await sleep(random() * 20, undefined, { signal });
};

const waitingForFiles: Moment = async ({ run, random }, signal) => {
  await when(signal, async () => (await run())?.phase === 'waiting');
  await sleep(random() * 1_000, undefined, { signal });
};

/** Some rows of this life have their outcome, others are on their way. */
const sending: Moment = async ({ run, random }, signal) => {
  const accepted = async () => (await run())?.ledger.accepted ?? 0;
  const before = await accepted();
  await when(signal, async () => (await accepted()) > before);
  await sleep(random() * 700, undefined, { signal });
};

/** The source turns from one file, or page, to the next. */
const betweenUnits: Moment = async ({ run }, signal) => {
  const detail = async () => {
    const found = await run();
    return found?.phase === 'reading' ? found.detail : undefined;
  };
  await when(signal, async () => (await detail()) !== undefined);
  const first = await detail();
  await when(signal, async () => (await detail()) !== first);
};

/** The last rows are being decided, and what the run leaves behind is written. */
const atTheEnd: Moment = async ({ run, random }, signal) => {
  await when(signal, async () => {
    const found = await run();
    return found?.phase === 'finishing' && found.ledger.undecided <= 20;
  });
  await sleep(random() * 150, undefined, { signal });
};

export const moments: Record<string, Moment> = {
  sometime,
  exportAsked,
  waitingForFiles,
  sending,
  betweenUnits,
  atTheEnd,
};
