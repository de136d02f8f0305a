import { SyncError } from '../errors/syncError';
import type { Price } from '../run/price';
import type { ReachedCeiling } from './spending';

const texts = {
  run: {
    code: 'COST_CEILING_REACHED',
    what: (limit: string) =>
      `The run stopped before the first request beyond its ceiling of ${limit} data points.`,
    advice:
      'Raise the ceiling of the users.track node, or narrow what is read. What was sent is not sent again by the next run.',
  },
  emptyStore: {
    code: 'COST_EMPTY_STORE',
    what: (limit: string) =>
      `Nothing was remembered of what Braze holds, so that everything looks new: the run stopped before the first request beyond ${limit} data points.`,
    advice:
      'Seed the store from an export of a Braze segment, which costs nothing, or tick "send everything" in the users.track node.',
  },
} as const;

/**
 * @param spent data points that the run spent, or may have spent
 * @param rest what the rows would cost that were not sent
 */
export function ceilingReached({ kind, limit }: ReachedCeiling, spent: number, rest: Price): SyncError {
  const { code, what, advice } = texts[kind];
  const atLeast = rest.incomplete ? 'at least ' : '';
  const figures =
    `Spent: ${count(spent)}. The rest would cost ${atLeast}${count(rest.dataPoints)} more, in ${count(rest.requests)} ` +
    `requests for ${count(rest.rows)} records; ${count(spent + rest.dataPoints)} in all.`;
  return new SyncError({ code, message: `${what(count(limit))} ${figures}`, advice });
}

function count(number: number): string {
  return number.toLocaleString('en-US');
}
