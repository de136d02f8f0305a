import type { FieldChange } from '../../src/mapping/profileUpdate';

/** What a target holds of one profile, as a model: field to value. */
export type Held = Map<string, unknown>;

/** Does to the model what the target does with these changes, in their order. */
export function applyTo(held: Held, changes: readonly FieldChange[]): void {
  for (const { field, strategy, as, values } of changes) {
    if (values.length === 0) {
      if (strategy === 'clear') held.delete(field);
      continue;
    }
    const before = held.get(field);
    if (strategy === 'setIfEmpty' && before !== undefined) continue;
    if (strategy === 'add') {
      const list = Array.isArray(before) ? before : [];
      held.set(field, [...list, ...values.filter((value) => !list.includes(value))]);
    } else held.set(field, as === 'list' ? values : values[0]);
  }
}
