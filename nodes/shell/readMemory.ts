import { ChangeDetection } from '../../src/delta/changeDetection';
import type { ChangeRules } from '../../src/delta/changeDetector';
import type { ProfileRecord } from '../../src/mapping/profileUpdate';
import type { GoalRun } from '../../src/run/goalRun';

/** A system that a source reads, where others of our nodes write to it and compare with what it holds. */
export interface ReadSystem {
  name: string;
  rules: ChangeRules;
  /** Kinds of identifiers by which its profiles are looked for, where the store cannot know them yet. */
  identifiers?: readonly string[];
}

/**
 * Remembers what a source reads as what its system holds, so that whoever writes to it sends nothing back that came from
 * there (R15). Undefined where the run remembers nothing.
 */
export function readMemory(
  run: GoalRun,
  { name, rules, identifiers }: ReadSystem,
): ((records: readonly ProfileRecord[]) => Promise<void>) | undefined {
  const { held: read } = rules;
  if (!run.detection || run.dryRun || !read) return undefined;
  const memory = new ChangeDetection(
    {
      ...run.detection,
      target: { name, rules },
      ...(identifiers && { identifiers }),
      settings: { settleMs: 0 },
      dryRun: false,
      keep: (writes, durable) => run.keep(writes, durable),
    },
    () => undefined,
  );
  run.listen({ finished: () => memory.close() });
  return async (records) => {
    const held = records.flatMap((record) => read(record, run.asked) ?? []);
    if (held.length > 0) await memory.remember(held, run.readAsOf);
  };
}
