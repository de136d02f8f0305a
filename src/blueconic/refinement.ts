import type { BlueConicProfileRecord } from './profileRecord';

/** The property that says when a profile changed last; it must be among the properties asked for. */
export const lastModifiedProperty = 'lastmodifieddate';

/** A span of time, both ends epoch milliseconds of BlueConic's clock. */
export interface TimeSpan {
  from: number;
  to: number;
}

/**
 * The `refinement` for profiles modified within a span, as JSON. Dates go as `fromDate` and `toDate`, because the
 * value ends of a range are 32-bit numbers (contracts: blueconic 3.4).
 */
export function modifiedWithin({ from, to }: TimeSpan): string {
  return JSON.stringify({
    property: lastModifiedProperty,
    operator: 'IN_RANGE',
    fromDate: new Date(from).toISOString(),
    toDate: new Date(to).toISOString(),
  });
}

/**
 * Looks again at what came back, because no example of a date refinement is documented and a tenant may take no notice
 * of it. Decision: in doubt a profile is kept, since a needless one is found unchanged later and a missing one is lost.
 * So a profile without a readable date stays, and one modified after the span too: that change is not yet sent.
 */
export function isModifiedSince(record: BlueConicProfileRecord, from: number): boolean {
  return record.lastModified === undefined || record.lastModified >= from;
}
