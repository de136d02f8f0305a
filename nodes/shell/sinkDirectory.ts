import type { GoalRun } from '../../src/run/goalRun';

/** What a source needs of its sink: to tell it of a run before the first row comes. */
export interface RunningSink {
  join(run: GoalRun): void;
}

const types = new Set(['braze-users-track', 'blueconic-profiles']);
const running = new Map<string, RunningSink>();

/** The nodes a goal may end in. */
export const sinkTypes: ReadonlySet<string> = types;

/** Makes goals end in nodes of this type too: for a sink that is not of this package, such as that of the benchmarks. */
export function addSinkType(type: string): void {
  types.add(type);
}

/** By run-time id. */
export function sinkOf(nodeId: string): RunningSink | undefined {
  return running.get(nodeId);
}

export function sinkRuns(nodeId: string, sink: RunningSink): void {
  running.set(nodeId, sink);
}

export function sinkClosed(nodeId: string): void {
  running.delete(nodeId);
}
