import { formatFieldPath, type PathPart } from './fieldPath';

/** Writes where a zod issue was found the way the reader would write it in code: `changes[2].values`. */
export function issuePlace(path: readonly PropertyKey[]): string {
  return formatFieldPath(path.map((part): PathPart => (typeof part === 'number' ? part : String(part))));
}
