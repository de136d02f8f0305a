import { setImmediate as nextTurn } from 'node:timers/promises';
import { isAtMostOnce, type NumberMeaning, type ResolvedRow, Sums } from '../delta/sums';
import { type AskedFields, compileMapping } from '../mapping/compileMapping';
import type { ExpressionHost } from '../mapping/expressionHost';
import { Expressions } from '../mapping/expressions';
import { type Direction, type Mapping, migrateMapping } from '../mapping/mapping';
import type { ProfileRecord, ProfileUpdate } from '../mapping/profileUpdate';
import { checkProfileUpdate, isProfileUpdate } from '../mapping/profileUpdateSchema';
import { RequestLimits } from '../run/requestLimits';
import { RequestPacker } from '../run/requestPacker';
import type { RefusedAttribute } from '../run/sinkTarget';
import { MemoryStore } from '../store/memoryStore';
import { type PreviewTarget, previewTarget } from './previewTarget';

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
  /** The JSON objects that would be sent for it, in order. Sums follow in an object of their own (R13). */
  objects: unknown[];
  /** What those objects cost at Braze (contracts: braze 2.10); 0 towards BlueConic. */
  dataPoints: number;
}

/** What a run would do with these records, were nothing known of their profiles yet. */
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
  /** Objects in one request of the sink. Default: the sink's own. */
  objectsPerRequest?: number | undefined;
}

/** More would be no preview any more. */
export const maxPreviewRecords = 200;
/** A preview shares its event loop with runs. */
const sliceMs = 10;

/**
 * Maps records and makes of them what a run would send, with the code of the run: the compiled mapping, the parting of
 * sums, the target's objects, the packing into requests. Sends nothing and remembers nothing; no record makes it throw.
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

/** Stands where the sink stands in a run. Two records of one profile meet here as they would there. */
class PreviewDesk {
  readonly #target: PreviewTarget;
  readonly #sums: Sums;
  readonly #plain: RequestPacker<unknown>;
  readonly #once: RequestPacker<unknown>;

  constructor(direction: Direction, { objectsPerRequest, meaning, firstTotal }: PreviewRequest) {
    this.#target = previewTarget(direction, objectsPerRequest);
    const { name, objectsPerRequest: objects, limitPerKind, bytesPerRequest: bytes } = this.#target;
    const limits = new RequestLimits({ objects, perKind: limitPerKind ?? false, bytes });
    this.#plain = new RequestPacker(limits);
    this.#once = new RequestPacker(limits);
    this.#sums = new Sums({
      store: new MemoryStore(),
      secret: Buffer.alloc(32),
      target: name,
      goalId: 'preview',
      meaning: meaning ?? 'total',
      firstTotal: firstTotal ?? 'remember',
    });
  }

  async sent(
    index: number,
    update: ProfileUpdate,
    refused: readonly RefusedAttribute[],
  ): Promise<PreviewRow> {
    if (!isAtMostOnce(update)) return this.#packed(rowOf(index, 'sent', undefined, refused), update);
    const [resolved] = await this.#sums.resolve([{ unit: 'preview', row: index, update }]);
    const { plain, sums } = resolved!;
    const row = rowOf(index, 'sent', undefined, refused);
    row.remembered = rememberedOnly(update, resolved!);
    if (!plain && !sums) return { ...row, result: 'unchanged', reason: 'the sums are as they were' };
    const first = plain ? this.#packed(row, plain) : row;
    if (!sums) return first;
    if (first.result === 'rejected') {
      this.#sums.drop(sums.intent);
      return first;
    }
    await this.#sums.intend([sums.intent]);
    this.#sums.settle(sums.intent, 'accepted');
    const second = this.#packed(first, sums.update);
    // Sums that are refused do not undo the rest.
    if (second.result === 'sent' || !plain) return second;
    const named = new Set(second.refused.map(({ field }) => field));
    const unnamed = sums.update.changes.filter(({ field }) => !named.has(field));
    const reason = second.reason ?? 'refused';
    return { ...first, refused: [...second.refused, ...unnamed.map(({ field }) => ({ field, reason }))] };
  }

  requests(): number {
    return [this.#plain, this.#once].reduce((sum, packer) => sum + requestsIn(packer), 0);
  }

  #packed(row: PreviewRow, update: ProfileUpdate): PreviewRow {
    let prepared: ReturnType<PreviewTarget['prepare']>;
    try {
      prepared = this.#target.prepare(update);
    } catch {
      return { ...row, result: 'rejected', reason: 'holds a value that cannot be written as JSON' };
    }
    const refused = [...row.refused, ...prepared.refused];
    if ('rejected' in prepared) return { ...row, result: 'rejected', reason: prepared.rejected, refused };
    const packer = prepared.repeatable ? this.#plain : this.#once;
    if (!packer.add(row.index, prepared))
      return { ...row, result: 'rejected', reason: 'larger than one request may be', refused };
    return {
      ...row,
      refused,
      objects: [...row.objects, ...prepared.item.objects],
      dataPoints: row.dataPoints + (prepared.dataPoints ?? 0),
    };
  }
}

/** The sums of the update of which nothing is sent. */
function rememberedOnly(update: ProfileUpdate, { plain, sums }: ResolvedRow): string[] {
  const sent = new Set(
    [...(plain?.changes ?? []), ...(sums?.update.changes ?? [])].map(({ field }) => field),
  );
  return update.changes
    .filter(({ field, strategy }) => strategy === 'sum' && !sent.has(field))
    .map(({ field }) => field);
}

function requestsIn(packer: RequestPacker<unknown>): number {
  let requests = 0;
  while (packer.takeFull() ?? packer.takeRest()) requests++;
  return requests;
}

function rowOf(
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
    objects: [],
    dataPoints: 0,
  };
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
