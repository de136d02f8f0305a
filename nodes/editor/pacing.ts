import { wholeNumberFault } from './checks';
import { saveNumbers, verdict } from './dialogForm';

/** Bounds of the settings that both sources share (`<details>` "Pace" of their forms); units in the names. */
export const pacingLimits = {
  firstRows: { min: 1, blank: true },
  batchRows: { min: 1, max: 5_000 },
  idleSeconds: { min: 5, max: 86_400 },
} as const;

/** The verdict on one of the shared number fields. */
export function pacingVerdict(
  node: EditorNode,
  property: keyof typeof pacingLimits,
  value: unknown,
): Verdict {
  return verdict(node, `shared.pacing.${property}`, wholeNumberFault(value, pacingLimits[property]));
}

export function savePacing(node: EditorNode): void {
  saveNumbers(node, ['firstRows', 'batchRows', 'idleSeconds']);
}
