import { asSyncError } from '../errors/syncError';
import { parseFieldPath } from './fieldPath';
import type { MappingSource } from './mapping';

/** Why a source can give no value, if so. Whether an expression can be read is for its host to say, when it prepares it. */
export function sourceFault(source: MappingSource): string | undefined {
  if (source.kind === 'static') return undefined;
  if (source.kind === 'jsonata')
    return source.expression.trim() === '' ? 'the expression is empty' : undefined;
  try {
    parseFieldPath(source.path);
    return undefined;
  } catch (thrown) {
    return asSyncError(thrown, 'reading a field path').message;
  }
}
