import type { RequestLimits } from '../run/requestLimits';
import { RequestPacker } from '../run/requestPacker';
import { errorsByUser } from './errorsByUser';
import type { TrackAnswer } from './trackAnswer';
import type { TrackItem } from './trackRequest';

export type TrackRefused = Extract<TrackAnswer, { kind: 'refused' }>;

/** What becomes of the users of a refused request, by place. */
export interface TakenApart {
  /** Refused by name, with the reason. */
  named: [place: number, reason: string][];
  /** Those that go out again, part by part, in order. */
  parts: number[][];
  /** It was the only one, and refused for no reason that names all of it. */
  alone?: { place: number; reason: string };
}

/**
 * What to do about a request that Braze refused as a whole, of which nothing was done (contracts: braze 1.4, 2.6):
 * users whose every object the answer names are rejected, the others go out again without them. An answer that names
 * nobody halves the request, until the one to blame is alone: about 2·log2(n) requests for each.
 *
 * @param places where the request's users stand among those that are being sent
 */
export function takeApart(
  items: readonly TrackItem[],
  places: readonly number[],
  refused: TrackRefused,
): TakenApart {
  const errors = errorsByUser(items, refused.errors);
  const named: TakenApart['named'] = [];
  const left: number[] = [];
  for (const [at, place] of places.entries()) {
    const mine = errors.get(at);
    if (mine?.all) named.push([place, mine.reason]);
    else left.push(place);
  }
  if (named.length > 0) return { named, parts: left.length > 0 ? [left] : [] };
  if (left.length > 1) {
    const middle = left.length >> 1;
    return { named, parts: [left.slice(0, middle), left.slice(middle)] };
  }
  const reason = errors.get(0)?.reason ?? `${refused.text} (${refused.status})`;
  return { named, parts: [], alone: { place: left[0]!, reason } };
}

/** Fewer objects than were refused: the next of the documented limits, then half (contracts: braze 2.2). */
export function lowerLimits(limits: RequestLimits, refusedObjects: number): void {
  const fewer = refusedObjects > 75 ? 75 : refusedObjects > 50 ? 50 : Math.max(1, refusedObjects >> 1);
  limits.perKind = false;
  limits.objects = Math.min(limits.objects, fewer);
}

/** Whether they go out as they were packed: mostly so, and much faster told than by packing them again. */
export function fitTogether(items: readonly TrackItem[], limits: RequestLimits): boolean {
  if (limits.perKind) return false;
  let objects = 0;
  let bytes = 0;
  for (const item of items) {
    objects += item.objects;
    bytes += item.bytes;
  }
  return objects <= limits.objects && bytes <= limits.bytes;
}

/**
 * Cuts what was packed under higher limits into requests under those now in force, in order.
 *
 * @param items all that are being sent; `places` point into it
 */
export function withinLimits(
  items: readonly TrackItem[],
  places: readonly number[],
  limits: RequestLimits,
): { parts: number[][]; tooLarge: number[] } {
  const packer = new RequestPacker<number>(limits);
  const tooLarge = places.filter((place) => !packer.add(place, items[place]!));
  const parts: number[][] = [];
  for (let part = packer.takeFull(); part; part = packer.takeFull()) parts.push(part);
  const rest = packer.takeRest();
  if (rest) parts.push(rest);
  return { parts, tooLarge };
}
