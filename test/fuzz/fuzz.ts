import { answerTargets } from './answerTargets';
import { type FuzzFailure, type FuzzTarget, tryOnce } from './fuzzTargets';
import { mapperTargets } from './mapperTargets';
import { randomOf } from './mutate';
import { readerTargets } from './readerTargets';

export const fuzzTargets: readonly FuzzTarget[] = [...readerTargets, ...mapperTargets, ...answerTargets];

export interface FuzzReport {
  tries: number;
  failures: FuzzFailure[];
}

/** Failures of one target beyond these are hardly of another kind. */
const failuresKept = 3;

/** So many rounds of every target, from this seed on; each try has a seed of its own, which brings it back. */
export async function fuzz(
  seed: number,
  rounds: number,
  options: { target?: string | undefined; enough?: () => boolean } = {},
): Promise<FuzzReport> {
  const targets = fuzzTargets.filter(({ name }) => name.includes(options.target ?? ''));
  const report: FuzzReport = { tries: 0, failures: [] };
  for (let round = 0; round < rounds && !options.enough?.(); round++) {
    for (const target of targets) {
      const failed = report.failures.filter((failure) => failure.target === target.name).length;
      if (failed >= failuresKept) continue;
      for (let at = 0; at < target.weight; at++) {
        const own = seed + round * 1_000 + at;
        report.tries++;
        const failure = await tryOnce(target, randomOf(own), own);
        if (failure) report.failures.push(failure);
      }
    }
  }
  return report;
}
