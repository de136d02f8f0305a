/** Every fault that a single field can have; each has a sentence in the catalogue under `shared.invalid`. */
export const FIELD_FAULTS = [
  'required',
  'wholeNumber',
  'wholeNumberFrom',
  'webAddress',
  'brazeEndpoint',
  'tenantUrl',
  'bucket',
  'spaces',
  'delimiter',
  'folder',
  'tooMany',
  'nothingChosen',
  'configMissing',
  'configInvalid',
] as const;

export interface Fault {
  fault: (typeof FIELD_FAULTS)[number];
  values?: { [name: string]: string | number };
}

const environment = /^\$(\{[^}]+\}|\([^)]+\))$/;

/** True for a value that Node-RED replaces when the flow starts: `${NAME}` or `$(NAME)`. */
export function isEnvironmentValue(value: unknown): boolean {
  return typeof value === 'string' && environment.test(value.trim());
}

/** True for what an empty field may hold; a config node's new property is undefined until its dialog was saved. */
export function isBlank(value: unknown): boolean {
  return value === undefined || value === null || (typeof value === 'string' && value.trim() === '');
}

/**
 * A whole number between two bounds, both included; without `max` there is only the lower one. `blank` says whether the
 * field may stay empty.
 */
export function wholeNumberFault(
  value: unknown,
  limits: { min: number; max?: number; blank?: boolean },
): Fault | undefined {
  const { min, max, blank = false } = limits;
  if (isEnvironmentValue(value)) return undefined;
  if (isBlank(value)) return blank ? undefined : { fault: 'required' };
  const number = Number(value);
  if (Number.isSafeInteger(number) && number >= min && (max === undefined || number <= max)) return undefined;
  if (max === undefined) return { fault: 'wholeNumberFrom', values: { min } };
  return { fault: 'wholeNumber', values: { min, max } };
}

/** An http address that requests can be sent to; `blank` says whether the field may stay empty. */
export function webAddressFault(value: unknown, options: { blank?: boolean } = {}): Fault | undefined {
  if (isEnvironmentValue(value)) return undefined;
  if (isBlank(value)) return options.blank ? undefined : { fault: 'required' };
  return parseAddress(String(value).trim()) === undefined ? { fault: 'webAddress' } : undefined;
}

function parseAddress(text: string): URL | undefined {
  try {
    const url = new URL(text);
    const usable =
      /^https?:$/.test(url.protocol) && url.username === '' && url.search === '' && url.hash === '';
    return usable ? url : undefined;
  } catch {
    return undefined;
  }
}

/** Wider than Amazon's own rule, since S3-compatible stores allow capitals and underscores. */
export function bucketFault(value: unknown): Fault | undefined {
  if (isEnvironmentValue(value)) return undefined;
  if (isBlank(value)) return { fault: 'required' };
  return /^[A-Za-z0-9._-]{3,255}$/.test(String(value)) ? undefined : { fault: 'bucket' };
}

/** An identifier issued by the other system: present and without spaces. */
export function identifierFault(value: unknown): Fault | undefined {
  if (isEnvironmentValue(value)) return undefined;
  if (isBlank(value)) return { fault: 'required' };
  return /\s/.test(String(value).trim()) ? { fault: 'spaces' } : undefined;
}

/** A name or path below the user directory; the server holds to it whatever stands here. */
export function folderFault(value: unknown): Fault | undefined {
  if (isEnvironmentValue(value)) return undefined;
  if (isBlank(value)) return { fault: 'required' };
  const parts = String(value).trim().split(/[\\/]/);
  const inside = parts.every((part) => part !== '' && part !== '.' && part !== '..' && !part.includes(':'));
  return inside ? undefined : { fault: 'folder' };
}

/** Names picked from a list, at most `max` of them. */
export function tooManyFault(value: unknown, max: number): Fault | undefined {
  return Array.isArray(value) && value.length > max ? { fault: 'tooMany', values: { max } } : undefined;
}

/** A config node that is needed: chosen, still there, and complete. `stateOf` looks an id up. */
export function configFault(
  value: unknown,
  stateOf: (id: string) => 'missing' | 'invalid' | 'valid',
): Fault | undefined {
  if (isEnvironmentValue(value)) return undefined;
  if (isBlank(value) || value === '_ADD_') return { fault: 'required' };
  const state = stateOf(String(value));
  if (state === 'valid') return undefined;
  return { fault: state === 'missing' ? 'configMissing' : 'configInvalid' };
}

/** A number as the dialogs save it: a number where one was typed, an environment value or nothing as it is. */
export function savedNumber(text: string): number | string {
  const trimmed = text.trim();
  return trimmed === '' || Number.isNaN(Number(trimmed)) ? trimmed : Number(trimmed);
}

/** The host of an address, for labels; the text itself where it is no address. */
export function hostOf(address: unknown): string {
  const text = typeof address === 'string' ? address.trim() : '';
  return parseAddress(text)?.host ?? text;
}
