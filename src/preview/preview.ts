import { setImmediate as nextTurn } from 'node:timers/promises';
import type { NumberMeaning } from '../delta/sums';
import { type AskedFields, compileMapping } from '../mapping/compileMapping';
import type { ExpressionHost } from '../mapping/expressionHost';
import { Expressions } from '../mapping/expressions';
import { type Direction, type Mapping, migrateMapping } from '../mapping/mapping';
import type { ProfileRecord } from '../mapping/profileUpdate';
import { checkProfileUpdate, isProfileUpdate } from '../mapping/profileUpdateSchema';
import { PreviewDesk } from './previewDesk';
import { type PreviewResult, type PreviewRow, rowOf } from './previewRow';

/** What a run would do with these records, one after the other, were nothing known of their profiles yet. */
export interface Preview {
  direction: Direction;
  rows: PreviewRow[];
  totals: Record<PreviewResult, number> & {
    rows: number;
    dataPoints: number;
    /** How many requests carry the objects, by the limits of the sink. */
    requests: number;
  };
}

export interface PreviewRequest {
  /** The document as it is stored, of any version; it need not be valid. */
  mapping: unknown;
  /** Up to `maxPreviewRecords` values of any kind; profile updates among them are taken as they are. */
  records: readonly unknown[];
  /** What the source is asked for; without it a missing field is absent, never empty. */
  asked?: AskedFields | undefined;
  /** Whoever works out the mapping's JSONata expressions; without one their fields are refused. */
  expressions?: ExpressionHost | undefined;
  /** What the source's numbers mean to the strategy sum. Default: totals. */
  meaning?: NumberMeaning | undefined;
  /** What the sink does with the first total of a profile. Default: it is only remembered. */
  firstTotal?: 'remember' | 'add' | undefined;
  /** Exports: whether the sink leaves out what Braze holds already. Default: it does. */
  changeDetection?: 'on' | 'off' | undefined;
  /** Objects in one request of the sink. Default: the sink's own. */
  objectsPerRequest?: number | undefined;
  /** Exports: the limit holds for each array of a request by itself. */
  perArray?: boolean | undefined;
}

/** More would be no preview any more. */
export const maxPreviewRecords = 200;
/** A preview shares its event loop with runs. */
const sliceMs = 10;

/**
 * Maps records and makes of them what a run would send, with the code of the run: the compiled mapping, the parting of
 * sums, change detection, the target's objects, the packing into requests. Sends nothing and remembers nothing; no record
 * makes it throw.
 *
 * @throws SyncError `MAPPING_INVALID`, and the reason of `signal`.
 */
export async function preview(request: PreviewRequest, signal?: AbortSignal): Promise<Preview> {
  const { records, asked } = request;
  const migrated = migrateMapping(request.mapping);
  // compileMapping repeats the check and words the error; an invalid document goes to it as it is.
  const mapping = migrated.ok ? migrated.mapping : (request.mapping as Mapping);
  const compiled = compileMapping(mapping);
  const bound = compiled.bind(asked);
  const expressions = request.expressions && new Expressions(compiled.expressions, request.expressions);
  const desk = new PreviewDesk(mapping.direction, request);
  const rows: PreviewRow[] = [];
  let sliceBegan = performance.now();
  for (const [index, record] of records.slice(0, maxPreviewRecords).entries()) {
    if (performance.now() - sliceBegan > sliceMs) {
      await nextTurn();
      sliceBegan = performance.now();
    }
    signal?.throwIfAborted();
    if (isProfileUpdate(record)) {
      const checked = checkProfileUpdate(record);
      rows.push(
        checked.ok ? await desk.sent(index, checked.update, []) : rowOf(index, 'rejected', checked.reason),
      );
      continue;
    }
    const mapped = bound.map(record as ProfileRecord, await expressions?.answers(record));
    if (mapped.kind === 'update') rows.push(await desk.sent(index, mapped.update, mapped.refused));
    else if (mapped.kind === 'unmapped') rows.push(rowOf(index, 'unmapped'));
    else if (mapped.kind === 'filtered') rows.push(rowOf(index, 'filtered', mapped.reason));
    else rows.push(rowOf(index, 'rejected', mapped.reason, mapped.refused));
  }
  return { direction: mapping.direction, rows, totals: totalsOf(rows, desk.requests()) };
}

function totalsOf(rows: readonly PreviewRow[], requests: number): Preview['totals'] {
  const totals = {
    rows: rows.length,
    sent: 0,
    unmapped: 0,
    filtered: 0,
    unchanged: 0,
    rejected: 0,
    dataPoints: 0,
    requests,
  };
  for (const { result, dataPoints } of rows) {
    totals[result]++;
    totals.dataPoints += dataPoints;
  }
  return totals;
}
