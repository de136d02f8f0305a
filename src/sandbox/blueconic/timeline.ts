import { randomUUID } from 'node:crypto';
import type { BulkEvent } from './bulkEntry';
import type { ValidationErrors } from './profileRules';
import type { Profile } from './profiles';
import type { TimelineEvent } from './profileView';

/** Most events that one profile holds (contracts: blueconic 3.5). */
const eventLimit = 250;

export interface TimelineResult {
  id?: string;
  identifier?: string;
  state: 'CREATED' | 'SET' | 'MODIFIED' | 'REJECTED' | 'NOTFOUND' | 'DELETED';
  validationErrors?: ValidationErrors;
}

/**
 * Applies timeline events to a profile; an event is the same one when id, type and date are (contracts: blueconic
 * 3.5). Decisions: the default strategy is `SET`, which replaces an event's data or makes the event; `UPSERT` and
 * `UPDATE` lay the data over what is there, by field id; an unknown event type and anything past 250 events is
 * `REJECTED`. Retention is not played, and the profile's modification date stays as it is.
 */
export function applyTimeline(
  profile: Profile,
  events: readonly BulkEvent[],
  knownTypes: ReadonlySet<string>,
  now: number,
): TimelineResult[] {
  return events.map((event) => {
    const { state, id, problem } = applyEvent(profile, event, knownTypes, now);
    return {
      ...(id !== undefined && { id }),
      ...(event.identifier !== undefined && { identifier: event.identifier }),
      state,
      ...(problem !== undefined && { validationErrors: problem }),
    };
  });
}

function applyEvent(
  profile: Profile,
  event: BulkEvent,
  knownTypes: ReadonlySet<string>,
  now: number,
): { state: TimelineResult['state']; id?: string; problem?: ValidationErrors } {
  if (!knownTypes.has(event.eventTypeId))
    return { state: 'REJECTED', problem: { eventTypeId: ['the event type does not exist'] } };
  const strategy = event.strategy ?? 'SET';
  const date = event.date === undefined ? now : Date.parse(event.date);
  const data = (event.data ?? []).map(({ id, values }) => ({ id, values }));
  const at = profile.timeline.findIndex(
    (known) => known.id === event.id && known.eventTypeId === event.eventTypeId && known.date === date,
  );
  const known = profile.timeline[at];
  if (!known) {
    if (strategy === 'UPDATE' || strategy === 'DELETE') return { state: 'NOTFOUND' };
    if (profile.timeline.length >= eventLimit)
      return { state: 'REJECTED', problem: { timeline: [`the profile has ${eventLimit} events already`] } };
    const id = event.id ?? randomUUID();
    profile.timeline.push({ id, eventTypeId: event.eventTypeId, date, data });
    return { state: 'CREATED', id };
  }
  if (strategy === 'DELETE') {
    profile.timeline.splice(at, 1);
    return { state: 'DELETED', id: known.id };
  }
  known.data = strategy === 'SET' ? data : overlaid(known.data, data);
  return { state: strategy === 'SET' ? 'SET' : 'MODIFIED', id: known.id };
}

function overlaid(before: TimelineEvent['data'], over: TimelineEvent['data']): TimelineEvent['data'] {
  return [...before.filter(({ id }) => !over.some((field) => field.id === id)), ...over];
}
