/** Why a name can be no target, if so. */
export function targetFault(target: string): string | undefined {
  if (target.trim() === '') return 'the target is empty';
  // Braze strips such spaces from names, so two targets that differ here could be one (contracts: braze 2.5).
  return target.trim() === target ? undefined : 'the target begins or ends with a space';
}
