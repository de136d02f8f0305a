import type { RefusedAttribute } from '../run/sinkTarget';

/** The ledger column that the row would end in if the target took everything. */
export type PreviewResult = 'sent' | 'unmapped' | 'filtered' | 'unchanged' | 'rejected';

/** What becomes of one record. */
export interface PreviewRow {
  /** Its place in the records given, from 0. */
  index: number;
  result: PreviewResult;
  /** Why it is not sent, in the words of the ledger. */
  reason?: string;
  /** Attributes that have a value and are left out, each with the ledger's reason. */
  refused: RefusedAttribute[];
  /** Fields with the strategy sum whose first total is only remembered: nothing of them is sent yet. */
  remembered: string[];
  /** Fields to be emptied of which nobody knows whether Braze holds anything: they are emptied once that is known. */
  emptiedOnceHeld: string[];
  /** The JSON objects that would be sent for it, in order. Sums follow in an object of their own (R13). */
  objects: unknown[];
  /** What those objects cost at Braze (contracts: braze 2.10); 0 towards BlueConic. */
  dataPoints: number;
}

/** A row of which nothing is sent, or not yet. */
export function rowOf(
  index: number,
  result: PreviewResult,
  reason?: string,
  refused: readonly RefusedAttribute[] = [],
): PreviewRow {
  return {
    index,
    result,
    ...(reason !== undefined && { reason }),
    refused: [...refused],
    remembered: [],
    emptiedOnceHeld: [],
    objects: [],
    dataPoints: 0,
  };
}
