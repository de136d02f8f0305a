import type { KilledRun } from './killedRun';

/** All runs of a kill test in one table, and whether nothing happened that must not. */
export function tally(runs: readonly KilledRun[], tookMs: number): { text: string; good: boolean } {
  const byGoal = new Map<string, KilledRun[]>();
  for (const run of runs) byGoal.set(run.goal, [...(byGoal.get(run.goal) ?? []), run]);
  const header = [
    'goal'.padEnd(32),
    ...['runs', 'kills', 'lost', 'doubled', 'unknown', 'requests', 'repeated', 'share', 'units/kill'].map(
      (name) => name.padStart(11),
    ),
  ].join('');
  const lines = [...byGoal, ['all', runs] as const].map(([name, some]) => line(name, some));
  const resumed = runs.flatMap(({ resumeMs }) => resumeMs).sort((one, other) => one - other);
  const faults = runs.flatMap((run) => run.faults.map((fault) => `${run.goal}: ${fault}`));
  const total = sumsOf(runs);
  const good = total.lost === 0 && total.doubled === 0 && faults.length === 0;
  const text = [
    header,
    ...lines,
    `From a kill to the run going on, Node-RED's start included: median ${resumed[resumed.length >> 1] ?? 0} ms.`,
    `Triggered again, because the kill came before the run: ${total.triggeredAgain}.`,
    ...faults.map((fault) => `FAULT ${fault}`),
    `kills ${total.kills}, lost ${total.lost}, doubled ${total.doubled}, unknown ${total.unknown}, in ${Math.round(tookMs / 1000)} s`,
  ].join('\n');
  return { text, good };
}

function sumsOf(runs: readonly KilledRun[]) {
  const sum = (of: (run: KilledRun) => number) => runs.reduce((total, run) => total + of(run), 0);
  return {
    kills: sum(({ kills }) => kills),
    lost: sum(({ lost }) => lost),
    doubled: sum(({ doubled }) => doubled),
    unknown: sum(({ unknown }) => unknown),
    triggeredAgain: sum(({ triggeredAgain }) => triggeredAgain),
    requestsRepeated: sum(({ requestsRepeated }) => requestsRepeated),
    requests: sum(({ requests }) => requests),
    unitsRepeated: sum(({ unitsRepeated }) => unitsRepeated),
  };
}

function line(name: string, runs: readonly KilledRun[]): string {
  const total = sumsOf(runs);
  const share = (100 * total.requestsRepeated) / Math.max(1, total.requests);
  const figures = [
    runs.length,
    total.kills,
    total.lost,
    total.doubled,
    total.unknown,
    total.requests,
    total.requestsRepeated,
    `${share.toFixed(1)} %`,
    (total.unitsRepeated / Math.max(1, total.kills)).toFixed(2),
  ];
  return name.padEnd(32) + figures.map((figure) => String(figure).padStart(11)).join('');
}
