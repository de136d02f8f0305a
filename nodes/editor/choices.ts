import type { FieldTraits } from './mappingRowRules';

/** One entry of a drop-down: what is saved, what is shown, and an optional remark beside it. */
export interface Choice {
  value: string;
  label: string;
  remark?: string;
  /** How the field is best mapped, where the list tells. */
  traits?: FieldTraits;
  /** The other system finds profiles by this field. */
  unique?: boolean;
}

/** A field that was seen in a sample record, and how its value there is best mapped. */
export interface SeenField {
  path: string;
  traits: FieldTraits;
}

/** A list on offer, with an optional sentence about it (for example why it may be incomplete). */
export interface ChoiceList {
  choices: Choice[];
  note?: string;
}

/** Where a drop-down takes its list from; a rejected promise carries a message that is ready to show. */
export type ChoiceSource = () => ChoiceList | Promise<ChoiceList>;

/** A fixed list of values that are their own labels. */
export function plainChoices(values: readonly string[]): Choice[] {
  return values.map((value) => ({ value, label: value }));
}

/**
 * The choices that fit what was typed: those that begin with it first, then those that contain it, in label or value,
 * without regard to case. Nothing typed: all of them.
 */
export function matchingChoices(choices: readonly Choice[], typed: string): Choice[] {
  const wanted = typed.trim().toLowerCase();
  if (wanted === '') return [...choices];
  const beginning: Choice[] = [];
  const containing: Choice[] = [];
  for (const choice of choices) {
    const label = choice.label.toLowerCase();
    const value = choice.value.toLowerCase();
    if (label.startsWith(wanted) || value.startsWith(wanted)) beginning.push(choice);
    else if (label.includes(wanted) || value.includes(wanted)) containing.push(choice);
  }
  return [...beginning, ...containing];
}

/** The choice that somebody means who typed a label or a value in full. */
export function choiceFor(choices: readonly Choice[], typed: string): Choice | undefined {
  const text = typed.trim();
  return (
    choices.find((choice) => choice.value === text) ??
    choices.find((choice) => isChoice(choice, text.toLowerCase()))
  );
}

function isChoice(choice: Choice, lowerCaseText: string): boolean {
  return choice.label.toLowerCase() === lowerCaseText || choice.value.toLowerCase() === lowerCaseText;
}
