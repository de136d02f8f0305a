/** One goal as the dialog keeps it; the runtime reads the same shape. */
export interface Goal {
  /** Stays the same for the goal's whole life, whatever its name and place. */
  id: string;
  name: string;
  direction: 'import' | 'export';
  active: boolean;
}

/** What can be wrong with the goals; each has a sentence in the catalogue under `problem`. */
export type GoalProblem = 'none' | 'nameless' | 'sameName';

/** The output before those of the goals, for run reports. */
const reportOutputs = 1;
/** Node-RED takes a key that is no output of the node for a new one. No node has as many outputs. */
const newOutputs = 100_000;

/**
 * What Node-RED needs to let wires follow their goals: from each old output to its new place (from 0; -1: gone), and a
 * key of their own for outputs that are new.
 */
export function outputMap(before: readonly string[], after: readonly string[]): { [output: string]: number } {
  const map: { [output: string]: number } = { 0: 0 };
  for (const [at, id] of before.entries()) {
    const now = after.indexOf(id);
    map[at + reportOutputs] = now < 0 ? -1 : now + reportOutputs;
  }
  for (const [at, id] of after.entries()) {
    if (!before.includes(id)) map[newOutputs + at] = at + reportOutputs;
  }
  return map;
}

/** Where a new goal goes: imports before exports, else at the end of its kind. */
export function placeFor(direction: Goal['direction'], goals: readonly Goal[]): number {
  if (direction === 'export') return goals.length;
  return goals.map((goal) => goal.direction).lastIndexOf('import') + 1;
}

/** `Import`, or `Import 2` where that is taken, and so on. */
export function freeName(wanted: string, goals: readonly Goal[]): string {
  const taken = new Set(goals.map(({ name }) => name.trim().toLowerCase()));
  if (!taken.has(wanted.toLowerCase())) return wanted;
  for (let number = 2; ; number++) {
    if (!taken.has(`${wanted} ${number}`.toLowerCase())) return `${wanted} ${number}`;
  }
}

/** A copy's name begins like the original's: `Import 2` is copied to `Import 3`. */
export function copyName(name: string, goals: readonly Goal[]): string {
  return freeName(name.replace(/ \d+$/, ''), goals);
}

export function newGoalId(goals: readonly Goal[]): string {
  for (;;) {
    const id = Math.random().toString(36).slice(2, 10);
    if (!goals.some((goal) => goal.id === id)) return id;
  }
}

/** Commands name goals, so names must be there and be different. */
export function goalProblems(goals: readonly Goal[]): GoalProblem[] {
  if (goals.length === 0) return ['none'];
  const names = goals.map(({ name }) => name.trim().toLowerCase());
  const problems: GoalProblem[] = [];
  if (names.includes('')) problems.push('nameless');
  const named = names.filter((name) => name !== '');
  if (new Set(named).size < named.length) problems.push('sameName');
  return problems;
}
