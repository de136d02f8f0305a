import { SyncError } from '../../src/errors/syncError';

/** What a number field starts with, and what it takes. With `blank` it may be empty: no such limit. */
export interface NumberLimits {
  value: number | '';
  min: number;
  max?: number;
  blank?: boolean;
}

/**
 * A number of a node's settings; undefined where it is empty and may be. A node of an earlier release, which lacks the
 * field, has what a new one starts with.
 *
 * @param node how messages name the node.
 * @throws SyncError SETTING_INVALID for anything the dialog would not take: a limit that was mistyped, or whose
 * environment variable is missing, must not turn into no limit.
 */
export function numberSetting(
  saved: unknown,
  limits: NumberLimits,
  field: string,
  node: string,
): number | undefined {
  const { value: otherwise, min, max, blank } = limits;
  const text = String(saved ?? otherwise).trim();
  if (text === '' && blank) return undefined;
  const number = Number(text);
  if (text !== '' && Number.isSafeInteger(number) && number >= min && number <= (max ?? number))
    return number;
  const bounds = max === undefined ? `${min} or more` : `from ${min} to ${max}`;
  throw new SyncError({
    code: 'SETTING_INVALID',
    message: `The setting "${field}" of the ${node} must be a whole number, ${bounds}.`,
    advice: 'Open the node, correct it (or the environment variable it names), then deploy.',
  });
}
