import { type FieldPath, parseFieldPath } from './fieldPath';
import { fieldReader } from './fieldReader';
import type { MappingSource } from './mapping';
import type { ProfileRecord } from './profileUpdate';

/** Stands for the value of an expression that could not be worked out for a record. */
export const expressionFailed = Symbol('expression failed');

/** What a mapping's expressions make of one record, in the order of `SourceReaders.expressions`. */
export type Answers = readonly unknown[];

export const noAnswers: Answers = Object.freeze([]);

/** Finds the value of a source; `undefined` when there is none. Never throws. */
export type ValueReader = (record: ProfileRecord, answers: Answers) => unknown;

/**
 * Makes the readers of one mapping's sources, and collects its expressions, each once: what they give is worked out
 * before a record is mapped, because the host can only do that asynchronously.
 */
export class SourceReaders {
  readonly expressions: string[] = [];

  /** @throws SyncError `FIELD_PATH_INVALID` for a path that cannot be read. */
  read(source: MappingSource): ValueReader {
    if (source.kind === 'static') return () => source.value;
    if (source.kind === 'field') return fieldReader(parseFieldPath(source.path));
    const at = this.#place(source.expression);
    return (_record, answers) => (at < answers.length ? answers[at] : expressionFailed);
  }

  /** The path as `AskedFields` takes it; undefined for a source that is no field. */
  askedNames(source: MappingSource): string[] | undefined {
    return source.kind === 'field' ? namesBeforeLists(parseFieldPath(source.path)) : undefined;
  }

  #place(expression: string): number {
    const known = this.expressions.indexOf(expression);
    return known >= 0 ? known : this.expressions.push(expression) - 1;
  }
}

/** What is missing from a list is missing because the list came without it, so asking for the list is what counts. */
function namesBeforeLists(path: FieldPath): string[] {
  const list = path.findIndex((part) => typeof part === 'object');
  return (list < 0 ? path : path.slice(0, list)).map(String);
}
