/** What is to be run, and how. */
export interface RunRequest {
  /** Name of the only goal to run; undefined: every active goal. */
  goal?: string;
  dryRun: boolean;
  fullRead: boolean;
}

/** What a message tells a connection to do. */
export type ConnectionCommand =
  | { kind: 'run'; request: RunRequest }
  | { kind: 'stop' | 'on' | 'off' | 'history' | 'unknown' };

/** The words a message may use, for warnings and help. */
export const commandForms = [
  'run',
  'run goal NAME',
  'dry run',
  'dry run goal NAME',
  'full read',
  'full read goal NAME',
  'stop',
  'on',
  'off',
  'history',
] as const;

const plain = /^(stop|on|off|history)$/i;
const running = /^(run|dry run|full read)(?: goal (.+))?$/i;

/**
 * Reads the property of a message that may carry a command. Any other value than a text means "run", since any message
 * starts a run; a text that is no command starts nothing, since it may be a mistyped `stop`.
 */
export function readCommand(value: unknown): ConnectionCommand {
  const text = typeof value === 'string' ? value.trim().replace(/\s+/g, ' ') : '';
  if (text === '') return { kind: 'run', request: { dryRun: false, fullRead: false } };
  const simple = plain.exec(text)?.[1]?.toLowerCase();
  if (simple !== undefined) return { kind: simple as 'stop' | 'on' | 'off' | 'history' };
  const run = running.exec(text);
  if (!run) return { kind: 'unknown' };
  const how = run[1]!.toLowerCase();
  return {
    kind: 'run',
    request: {
      dryRun: how === 'dry run',
      fullRead: how === 'full read',
      ...(run[2] !== undefined && { goal: run[2] }),
    },
  };
}
