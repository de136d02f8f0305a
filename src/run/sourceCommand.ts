/** How a run that a message starts is to be. */
export interface RunManner {
  /** Everything is read, mapped and priced, nothing is sent and nothing remembered. */
  dryRun: boolean;
  /** Everything is read, whatever earlier runs have read. */
  fullRead: boolean;
}

/** What a message tells a source to do. */
export type SourceCommand = { kind: 'stop' } | ({ kind: 'run' } & RunManner);

/**
 * Reads the payload of a message that reached a source: `stop`, `dry run`, `full read`, or an object with `dryRun` or
 * `fullRead` set to true. Any other payload means a run, since any message starts one.
 */
export function readSourceCommand(payload: unknown): SourceCommand {
  const text = typeof payload === 'string' ? payload.trim().toLowerCase().replace(/\s+/g, ' ') : '';
  if (text === 'stop') return { kind: 'stop' };
  const { dryRun, fullRead } = Object(payload) as { dryRun?: unknown; fullRead?: unknown };
  return {
    kind: 'run',
    dryRun: text === 'dry run' || dryRun === true,
    fullRead: text === 'full read' || fullRead === true,
  };
}
