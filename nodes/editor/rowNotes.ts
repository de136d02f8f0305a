import { brazeTarget, miscasedKey } from './brazeTargets';
import type { Direction, MappingRow } from './mappingDocument';

/** What is worth knowing about a row that is not wrong; each has a sentence in the catalogue under `note`. */
export const ROW_NOTES = [
  'expressionCost',
  'gap',
  'notAsked',
  'newProperty',
  'miscased',
  'notClearable',
  'ifSeenEmpty',
  'firstOfList',
] as const;

export interface RowNote {
  note: (typeof ROW_NOTES)[number];
  /** For `miscased`: how the key is written. */
  name?: string;
}

/** What the dialog has found out about a row's ends; undefined where nobody knows. */
export interface RowFacts {
  /** The other system has the target already. */
  targetKnown: boolean | undefined;
  /** The source asks its system for what the row reads. */
  asked: boolean | undefined;
}

export function rowNotes(row: MappingRow, direction: Direction, { targetKnown, asked }: RowFacts): RowNote[] {
  const { source, target, as, strategy } = row;
  const notes: RowNote[] = [];
  if (source.kind === 'jsonata') notes.push({ note: 'expressionCost' });
  if (source.kind === 'field' && source.path.includes('""')) notes.push({ note: 'gap' });
  if (source.kind === 'field' && as === 'one' && source.path.includes('[*]'))
    notes.push({ note: 'firstOfList' });
  if (asked === false) notes.push({ note: 'notAsked' });
  if (target === '') return notes;
  if (direction === 'import') {
    if (targetKnown === false) notes.push({ note: 'newProperty' });
    return notes;
  }
  const right = miscasedKey(target);
  if (right !== undefined) return [...notes, { note: 'miscased', name: right }];
  const reserved = brazeTarget(target);
  if (reserved?.clearable === false && strategy === 'clear') notes.push({ note: 'notClearable' });
  if (strategy === 'setIfEmpty') notes.push({ note: 'ifSeenEmpty' });
  return notes;
}

/** Does the first value make the target, and fix its type for good? Braze makes custom attributes by itself. */
export function makesAttribute(
  { target }: MappingRow,
  direction: Direction,
  { targetKnown }: RowFacts,
): boolean {
  return (
    direction === 'export' && targetKnown === false && target !== '' && brazeTarget(target) === undefined
  );
}
