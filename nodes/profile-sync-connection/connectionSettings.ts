import type { NodeDef } from 'node-red';
import type { ConnectionSettings } from '../../src/run/connectionRunner';
import type { ConnectionGoal, RunReport } from '../../src/run/report';
import { wholeNumber } from '../shell/configValue';

/** What the form of a connection leaves behind. */
export interface ConnectionDef extends NodeDef {
  labels?: string[];
  description?: string;
  favourite?: boolean;
  goals?: Partial<ConnectionGoal>[];
  onFailure?: string;
  overlap?: string;
  afterRestart?: string;
  notify?: string;
  addresses?: string;
  /** Property of a message that may carry a command; empty: none. */
  command?: string;
  keepRuns?: number | string;
  keepDays?: number | string;
  /** Store node; empty: the default store. */
  store?: string;
}

export function connectionSettings(id: string, def: ConnectionDef): ConnectionSettings {
  return {
    id,
    name: def.name || id,
    goals: (def.goals ?? []).map((goal, at) => ({
      id: goal.id ?? String(at),
      name: goal.name || String(at + 1),
      direction: goal.direction === 'export' ? 'export' : 'import',
      active: goal.active !== false,
    })),
    onFailure: def.onFailure === 'stop' ? 'stop' : 'continue',
    overlap: def.overlap === 'skip' ? 'skip' : 'queue',
    afterRestart: def.afterRestart === 'wait' ? 'wait' : 'resume',
    keep: {
      runs: Math.max(1, wholeNumber(def.keepRuns, 200)),
      days: wholeNumber(def.keepDays, 400),
    },
  };
}

/** Whether somebody is to be told of this run. */
export function notifies(def: ConnectionDef, report: RunReport): boolean {
  if (def.notify === 'never') return false;
  if (def.notify !== 'failures') return true;
  return report.result === 'failed' || report.result === 'interrupted';
}
