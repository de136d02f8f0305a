import { ChangeDetector, targetUnknown } from '../delta/changeDetector';
import { FieldHasher } from '../delta/fieldHasher';
import { identifierOf } from '../delta/profileKey';
import type { ProfilePrints } from '../delta/profilePrints';
import { isAtMostOnce, type ResolvedRow, Sums } from '../delta/sums';
import type { Direction } from '../mapping/mapping';
import type { ProfileUpdate } from '../mapping/profileUpdate';
import { RequestLimits } from '../run/requestLimits';
import { RequestPacker } from '../run/requestPacker';
import type { RefusedAttribute } from '../run/sinkTarget';
import { MemoryStore } from '../store/memoryStore';
import type { PreviewRequest } from './preview';
import { type PreviewRow, rowOf } from './previewRow';
import { type PreviewTarget, previewTarget } from './previewTarget';

/** Nothing of a preview outlives it, so its hashes need no secret of their own. */
const secret = Buffer.alloc(32);
const notJson = 'holds a value that cannot be written as JSON';

/**
 * Stands where the sink stands in a run, and remembers what it was given as if the target had taken it: two records of
 * one profile meet here as they would there.
 */
export class PreviewDesk {
  readonly #target: PreviewTarget;
  readonly #sums: Sums;
  readonly #detector: ChangeDetector | undefined;
  readonly #compares: boolean;
  readonly #known = new Map<string, ProfilePrints>();
  readonly #plain: RequestPacker<unknown>;
  readonly #once: RequestPacker<unknown>;

  constructor(direction: Direction, request: PreviewRequest) {
    this.#target = previewTarget(direction, request);
    const { name, objectsPerRequest, limitPerKind, bytesPerRequest, changeRules } = this.#target;
    const limits = new RequestLimits({
      objects: objectsPerRequest,
      perKind: limitPerKind ?? false,
      bytes: bytesPerRequest,
    });
    this.#plain = new RequestPacker(limits);
    this.#once = new RequestPacker(limits);
    this.#detector = changeRules && new ChangeDetector(new FieldHasher(secret), changeRules);
    this.#compares = request.changeDetection !== 'off';
    this.#sums = new Sums({
      store: new MemoryStore(),
      secret,
      target: name,
      goalId: 'preview',
      meaning: request.meaning ?? 'total',
      firstTotal: request.firstTotal ?? 'remember',
    });
  }

  /** What becomes of an update; `refused` is what its mapping has left out of it. */
  async sent(
    index: number,
    update: ProfileUpdate,
    refused: readonly RefusedAttribute[],
  ): Promise<PreviewRow> {
    const row = rowOf(index, 'sent', undefined, refused);
    if (!isAtMostOnce(update)) return this.#changed(row, update, false);
    const [resolved] = await this.#sums.resolve([{ unit: 'preview', row: index, update }]);
    const { plain, sums } = resolved!;
    row.remembered = rememberedOnly(update, resolved!);
    if (!plain && !sums) return { ...row, result: 'unchanged', reason: 'the sums are as they were' };
    const first = plain ? this.#changed(row, plain, sums !== undefined) : row;
    if (!sums) return first;
    if (first.result === 'rejected' || first.result === 'filtered') {
      this.#sums.drop(sums.intent);
      return first;
    }
    await this.#sums.intend([sums.intent]);
    this.#sums.settle(sums.intent, 'accepted');
    const { reason: _reason, ...unreasoned } = first;
    const second = this.#packed({ ...unreasoned, result: 'sent' }, sums.update);
    // Sums that are refused do not undo the rest.
    if (second.result === 'sent' || !plain || first.result !== 'sent') return second;
    const named = new Set(second.refused.map(({ field }) => field));
    const unnamed = sums.update.changes.filter(({ field }) => !named.has(field));
    const reason = second.reason ?? 'refused';
    return { ...first, refused: [...second.refused, ...unnamed.map(({ field }) => ({ field, reason }))] };
  }

  /** How many requests carry what was sent so far. Asked once, at the end. */
  requests(): number {
    return [this.#plain, this.#once].reduce((sum, packer) => sum + requestsIn(packer), 0);
  }

  /** Leaves out what the target holds already, or may only be written where somebody knows what it holds. */
  #changed(row: PreviewRow, update: ProfileUpdate, sumsFollow: boolean): PreviewRow {
    const detector = this.#detector;
    if (!detector) return this.#packed(row, update);
    const profile = identifierOf(update.match);
    const known = this.#known.get(profile);
    let compared: ReturnType<ChangeDetector['compare']>;
    try {
      compared = detector.compare(update, known, !this.#compares, Math.floor(Date.now() / 1000));
    } catch {
      return { ...row, result: 'rejected', reason: notJson };
    }
    const { same, unknown, next } = compared;
    const left = {
      ...row,
      refused: [...row.refused, ...unknown.map((field) => ({ field, reason: targetUnknown }))],
      emptiedOnceHeld: known ? [] : emptied(update, compared.update),
    };
    if (compared.update) {
      const packed = this.#packed(left, compared.update, same > 0);
      if (packed.result === 'sent' && next) {
        this.#known.set(
          profile,
          detector.without(
            next,
            packed.refused.map(({ field }) => field),
          ),
        );
      }
      return packed;
    }
    if (same > 0 || (sumsFollow && unknown.length > 0)) return { ...left, result: 'unchanged' };
    if (unknown.length > 0) return { ...left, result: 'filtered', reason: targetUnknown };
    return this.#packed(left, update);
  }

  /** @param partlyHeld the target holds other attributes of the row already; those that are refused do not undo them. */
  #packed(row: PreviewRow, update: ProfileUpdate, partlyHeld = false): PreviewRow {
    let prepared: ReturnType<PreviewTarget['prepare']>;
    try {
      prepared = this.#target.prepare(update);
    } catch {
      return { ...row, result: 'rejected', reason: notJson };
    }
    const refused = [...row.refused, ...prepared.refused];
    if ('rejected' in prepared && partlyHeld && prepared.refused.length > 0)
      return { ...row, result: 'unchanged', refused };
    if ('rejected' in prepared) return { ...row, result: 'rejected', reason: prepared.rejected, refused };
    const packer = prepared.repeatable ? this.#plain : this.#once;
    if (!packer.add(row.index, prepared))
      return { ...row, result: 'rejected', reason: 'larger than one request may be', refused };
    const sent = {
      ...row,
      refused,
      objects: [...row.objects, ...prepared.item.objects],
      dataPoints: row.dataPoints + (prepared.dataPoints ?? 0),
    };
    return prepared.followUp ? this.#followedUp(sent, prepared.followUp.update) : sent;
  }

  /** What goes in a second request; where that cannot be, the first goes all the same. */
  #followedUp(first: PreviewRow, update: ProfileUpdate): PreviewRow {
    const both = this.#packed(first, update);
    if (both.result === 'sent') return both;
    const reason = both.reason ?? 'refused';
    const left = update.changes.map(({ field, path }) => ({ field, ...(path && { path }), reason }));
    return { ...first, refused: [...first.refused, ...left] };
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

function emptied(update: ProfileUpdate, sent: ProfileUpdate | undefined): string[] {
  return update.changes
    .filter((change) => change.strategy === 'clear' && change.values.length === 0)
    .filter((change) => !sent?.changes.includes(change))
    .map(({ field }) => field);
}

function requestsIn(packer: RequestPacker<unknown>): number {
  let requests = 0;
  while (packer.takeFull() ?? packer.takeRest()) requests++;
  return requests;
}
