import { setTimeout as sleep } from 'node:timers/promises';
import { outcomes } from '../../src/run/ledger';
import type { RunSnapshot, RunSummary } from '../../src/run/runSummary';
import type { NodeRedRuntime } from '../../test/support/nodeRedRuntime';

/** Asking costs the measured process something, so it is asked rarely; the run notes its own start and end. */
const askEveryMs = 250;

/**
 * Presses an inject node and waits until the run of the goal behind it has ended.
 * @throws Error with the last lines of the log where no run of that goal ends in time.
 */
export async function runGoal(
  nodeRed: NodeRedRuntime,
  goal: { trigger: string; source: string },
  timeoutMs: number,
): Promise<RunSummary> {
  await nodeRed.inject(goal.trigger);
  return endOfGoal(nodeRed, goal.source, timeoutMs);
}

/** Waits until the run of a goal that was triggered already has ended. @param source the goal's id. */
export async function endOfGoal(
  nodeRed: NodeRedRuntime,
  source: string,
  timeoutMs: number,
): Promise<RunSummary> {
  const deadline = Date.now() + timeoutMs;
  for (;;) {
    await sleep(askEveryMs);
    const { body } = await nodeRed.get<{ live: RunSnapshot[]; history: RunSummary[] }>('/profile-sync/runs');
    const ended = body.history.find((summary) => summary.goal.id === source);
    if (ended) return ended;
    if (Date.now() < deadline) continue;
    const log = nodeRed.log().slice(-15);
    throw new Error(
      `The run of ${source} did not end in ${timeoutMs / 1000} s.\n${JSON.stringify(body.live)}\n${log.map(({ text }) => text).join('\n')}`,
    );
  }
}

/** @throws Error where the run did not succeed, or where not every one of `profiles` was read once and accepted. */
export function checkLedger({ result, error, ledger }: RunSummary, profiles: number): void {
  const decided = outcomes.reduce((sum, outcome) => sum + ledger[outcome], 0);
  const right =
    result === 'succeeded' &&
    ledger.read === profiles &&
    ledger.added === 0 &&
    ledger.undecided === 0 &&
    decided === profiles &&
    ledger.accepted === profiles;
  if (right) return;
  throw new Error(
    `The ledger is not what ${profiles} profiles should give: ${result} ${error?.message ?? ''} ${JSON.stringify(ledger)}`,
  );
}
