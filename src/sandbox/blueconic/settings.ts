import { BadRequest, type FieldProblem } from './apiReply';

/**
 * The switches of the sandbox's BlueConic. Each stands for behaviour that no reachable document states, so that a
 * client can be shown to survive every answer; the default is the reading that the contract prefers. Numbers in
 * brackets are sections of contracts: blueconic.
 */
export interface BlueConicSettings {
  /** What a rule `SET` with an empty list does: empties the property, nothing, or a validation error (1.5). */
  clearBySet: 'clears' | 'ignored' | 'rejected';
  /** Whether the strategy name `INCREMENT` exists; `rejected`: 400 as for any unknown name (8, trap 1). */
  incrementStrategy: 'accepted' | 'rejected';
  /** Whether the strategy name `SUM` exists; `rejected`: 400 as for any unknown name (8, trap 1). */
  sumStrategy: 'accepted' | 'rejected';
  /** Order of the bulk results; `shuffled` leaves no result at its entry's place (3.4). */
  resultOrder: 'same' | 'shuffled';
  /** Which profile is taken when several match; `error`: none, the entry's state is `SKIPPED` (1.6). */
  severalMatches: 'first' | 'newest' | 'error';
  /** A rule for a property that does not exist: validation error, silently dropped, or a text property is made. */
  unknownProperty: 'error' | 'ignore' | 'create';
  /** How many bulk requests may be under way at once before 429; 0: no limit (3.3). */
  concurrentBulkRequests: number;
  /** Processing time of a bulk request in milliseconds, beyond what the work itself takes. */
  bulkMs: number;
  /** Life of an access token in seconds (3.2: 3600 in the example). */
  tokenSeconds: number;
  /** How far the tenant's clock is ahead of the machine's, in milliseconds: `Date` header and all stored times. */
  clockOffsetMs: number;
}

export const defaultSettings: Readonly<BlueConicSettings> = {
  clearBySet: 'clears',
  incrementStrategy: 'accepted',
  sumStrategy: 'accepted',
  resultOrder: 'same',
  severalMatches: 'first',
  unknownProperty: 'error',
  concurrentBulkRequests: 0,
  bulkMs: 0,
  tokenSeconds: 3600,
  clockOffsetMs: 0,
};

const choices: Record<string, readonly string[]> = {
  clearBySet: ['clears', 'ignored', 'rejected'],
  incrementStrategy: ['accepted', 'rejected'],
  sumStrategy: ['accepted', 'rejected'],
  resultOrder: ['same', 'shuffled'],
  severalMatches: ['first', 'newest', 'error'],
  unknownProperty: ['error', 'ignore', 'create'],
};

/**
 * Lays the given switches over the current ones.
 * @throws BadRequest on a switch or a value that does not exist, so that a typing error in a test is seen.
 */
export function changedSettings(
  current: BlueConicSettings,
  changes: Partial<BlueConicSettings>,
): BlueConicSettings {
  const problems: FieldProblem[] = [];
  for (const [name, value] of Object.entries(changes)) {
    const allowed = choices[name];
    if (!Object.hasOwn(defaultSettings, name)) problems.push({ field: name, message: 'is not a switch' });
    else if (allowed && !allowed.includes(value as string))
      problems.push({ field: name, message: `must be one of ${allowed.join(', ')}` });
    else if (!allowed && !Number.isFinite(value)) problems.push({ field: name, message: 'must be a number' });
  }
  if (problems.length > 0) throw new BadRequest(problems);
  return { ...current, ...changes };
}
