import type { LedgerSnapshot } from './ledger';
import { parseRef } from './ref';

/**
 * What the second part of a sample's ref (`run/unit/row`) means: the names of those units by number, for example
 * `{ "1": "delta/monday.ndjson.gz" }`, so that a person finds the file, and in it the line. Added rows have no unit.
 */
export function sampledUnits(
  samples: LedgerSnapshot['samples'],
  nameOf: (unit: number) => string | undefined,
): Record<string, string> {
  const names: Record<string, string> = {};
  for (const ref of Object.values(samples).flat()) {
    const unit = parseRef(ref)?.unit ?? 0;
    const name = unit > 0 ? nameOf(unit) : undefined;
    if (name !== undefined) names[unit] = name;
  }
  return names;
}
