import type { WorkCounters } from '../run/ledger';
import type { Attempt } from '../run/retry';
import type { Verdict } from '../run/sinkTarget';
import { dataPoints } from './dataPoints';
import { errorsByUser, type UserErrors } from './errorsByUser';
import { parseText } from './jsonBytes';
import type { ObjectErrors, TrackAnswer } from './trackAnswer';
import type { TrackItem } from './trackRequest';

/** Every answer but the one that refuses the whole request. */
export type JudgedAnswer = Exclude<TrackAnswer, { kind: 'refused' }>;

const accepted: Verdict = { outcome: 'accepted' };
const unconfirmed: Verdict = { outcome: 'accepted', unconfirmed: true };

/** From an answer to a verdict per user, or to another try (contracts: braze 2.6, 2.9). */
export function trackVerdicts(
  answer: JudgedAnswer,
  items: readonly TrackItem[],
  repeatable: boolean,
  work: WorkCounters,
): Attempt<Verdict[]> {
  switch (answer.kind) {
    case 'queued':
      return { done: queued(items, answer, repeatable, work) };
    case 'configuration':
      throw answer.error;
    case 'throttled':
      return { again: 'BRAZE_THROTTLED', maybeApplied: false, ...wait(answer) };
    case 'unavailable': {
      const reason = `Braze answered ${answer.status}`;
      if (!repeatable) return { done: items.map(() => ({ outcome: 'unknown', reason })) };
      return { again: reason, maybeApplied: true, ...wait(answer) };
    }
    case 'unreadable': {
      const reason = `unreadable answer (${answer.status})`;
      return { done: items.map(() => ({ outcome: 'unknown', reason, repeatable })) };
    }
  }
}

/**
 * A user with at least one accepted object is accepted (R5); one with none is rejected, for its first error. With an
 * error that names no object nobody knows whose it is, so whoever is not refused by name counts as unknown.
 */
function queued(
  items: readonly TrackItem[],
  { errors, unreadableErrors }: ObjectErrors,
  repeatable: boolean,
  work: WorkCounters,
): Verdict[] {
  const byUser = errorsByUser(items, errors);
  return items.map((item, at) => {
    const mine = byUser.get(at);
    if (mine?.all) return { outcome: 'rejected', reason: mine.reason };
    if (unreadableErrors > 0) {
      return { outcome: 'unknown', reason: 'unreadable errors in the answer', repeatable };
    }
    work.dataPoints += mine ? item.dataPoints - refusedPoints(mine) : item.dataPoints;
    const verdict = item.updateOnly ? unconfirmed : accepted;
    return mine ? { ...verdict, refused: mine.objects } : verdict;
  });
}

/** Braze charges nothing for an object that it refuses. */
function refusedPoints({ texts }: UserErrors): number {
  let points = 0;
  for (const { array, text } of texts) {
    const object = parseText(text);
    points += dataPoints(array === 'attributes' ? { attributes: object } : { [array]: [object] });
  }
  return points;
}

function wait({ waitMs }: { waitMs?: number }): { waitMs?: number } {
  return waitMs === undefined ? {} : { waitMs };
}
