import type { ProfileUpdate } from '../mapping/profileUpdate';
import { Pace } from '../pace/pace';
import { Delivery } from '../run/delivery';
import type { Attempt, RetryOptions } from '../run/retry';
import type { Prepared, RefusedAttribute, SendContext, SinkTarget, Verdict } from '../run/sinkTarget';
import type { AttributeList } from './attributeList';
import type { BrazeClient } from './brazeClient';
import { dataPoints } from './dataPoints';
import { JsonBytes, type JsonText } from './jsonBytes';
import type { TrackAnswer, TrackArray, TrackObjectError } from './trackAnswer';
import { type TrackObject, type TrackObjects, trackObjects } from './trackObjects';
import { heardOf } from './trackPace';
import { type TrackItem, trackRequest } from './trackRequest';

export interface TrackTargetSettings {
  /** 75 by default, 50 by some contracts (contracts: braze 2.2). */
  objectsPerRequest: number;
  /** Contracts with legacy rate limits: so many attributes, so many events and so many purchases. Default: in total. */
  perArray?: boolean;
  /** At most; only for a target with a pace of its own. */
  requestsInFlight?: number;
  /** Shared by all targets of one rate group. Default: one of its own. */
  pace?: Pace;
  /** How long and how fast a request is tried again. Default: for five minutes. */
  retry?: Partial<RetryOptions>;
}

const arrays: readonly TrackArray[] = ['attributes', 'events', 'purchases'];
/** The documented limit is 4 MB (contracts: braze 2.2); the difference leaves room for the frame around the objects. */
const bytesPerRequest = 3_900_000;
/** What most users are: one object in `attributes`. */
const oneAttributes: readonly number[] = [1, 0, 0];
const none: readonly JsonText[] = [];

/** Executes profile updates on Braze through `/users/track`, and brings every answer back to the user it is about. */
export class TrackTarget implements SinkTarget<TrackItem> {
  readonly name: string;
  readonly objectsPerRequest: number;
  readonly limitPerKind: boolean;
  readonly bytesPerRequest = bytesPerRequest;
  readonly #pace: Pace;
  readonly #client: Pick<BrazeClient, 'track' | 'endpoint'>;
  readonly #delivery: Delivery;
  readonly #json = new JsonBytes();

  constructor(client: Pick<BrazeClient, 'track' | 'endpoint'>, settings: TrackTargetSettings) {
    this.#client = client;
    this.name = `braze ${client.endpoint}`;
    this.objectsPerRequest = settings.objectsPerRequest;
    this.limitPerKind = settings.perArray ?? false;
    const { requestsInFlight: most, retry } = settings;
    this.#pace =
      settings.pace ?? new Pace({ learnsRate: true, ...retry, ...(most !== undefined && { most }) });
    this.#delivery = new Delivery(this.#pace, retry);
  }

  get requestsInFlight(): number {
    return this.#pace.width;
  }

  prepare(update: ProfileUpdate): ReturnType<SinkTarget<TrackItem>['prepare']> {
    const made = trackObjects(update);
    if ('rejected' in made) return { rejected: made.rejected, refused: [] };
    const attributes = made.attributes && this.#attributesText(made.attributes);
    const events = this.#texts(made.events);
    const purchases = this.#texts(made.purchases);
    const objects = (attributes ? 1 : 0) + events.length + purchases.length;
    if (objects === 0) {
      return { rejected: made.refused[0]?.reason ?? 'nothing to send', refused: made.refused };
    }
    let bytes = attributes ? bytesOf(attributes) : 0;
    for (const text of events) bytes += bytesOf(text);
    for (const text of purchases) bytes += bytesOf(text);
    const kinds =
      objects === 1 && attributes ? oneAttributes : [attributes ? 1 : 0, events.length, purchases.length];
    const item = { attributes, events, purchases, objects, bytes, kinds, dataPoints: priceOf(made) };
    return {
      item,
      objects,
      bytes,
      kinds,
      repeatable: made.repeatable,
      refused: made.refused,
      dataPoints: item.dataPoints,
    } satisfies Prepared<TrackItem>;
  }

  #attributesText(attributes: AttributeList): JsonText {
    this.#json.begin();
    attributes.write(this.#json);
    return this.#json.end();
  }

  #texts(objects: readonly TrackObject[]): readonly JsonText[] {
    if (objects.length === 0) return none;
    return objects.map((object) => {
      this.#json.begin();
      this.#json.value(object);
      return this.#json.end();
    });
  }

  async send(items: readonly TrackItem[], repeatable: boolean, context: SendContext): Promise<Verdict[]> {
    const { body, sent } = trackRequest(items);
    return this.#delivery.send<TrackAnswer>(
      {
        rows: items.length,
        objects: sent.attributes + sent.events + sent.purchases,
        body,
        repeatable,
        call: (bytes) => this.#client.track(bytes, context.abandoned, sent),
        heard: heardOf,
        judge: (answer) => verdictsOf(answer, items, repeatable, context.work),
      },
      context,
    );
  }
}

function priceOf({ attributes, events, purchases }: TrackObjects): number {
  const points = attributes?.dataPoints ?? 0;
  return events.length + purchases.length > 0 ? points + dataPoints({ events, purchases }) : points;
}

/** What a text adds to a request, its comma included. */
function bytesOf({ from, to }: JsonText): number {
  return to - from + 1;
}

/** From an answer to a verdict per user, or to another try. */
function verdictsOf(
  answer: TrackAnswer,
  items: readonly TrackItem[],
  repeatable: boolean,
  work: SendContext['work'],
): Attempt<Verdict[]> {
  switch (answer.kind) {
    case 'queued':
      // An error that names no object: we cannot know whose it is, so nobody of this request counts as accepted.
      if (answer.unreadableErrors > 0) {
        return {
          done: all(items, { outcome: 'unknown', reason: 'unreadable errors in the answer', repeatable }),
        };
      }
      return { done: accepted(items, answer.errors, work) };
    case 'refused-all':
      return { done: refusedAll(items, answer.errors) };
    case 'refused':
      return { done: all(items, { outcome: 'rejected', reason: `${answer.text} (${answer.status})` }) };
    case 'configuration':
      throw answer.error;
    case 'throttled':
      return { again: 'BRAZE_THROTTLED', maybeApplied: false, ...wait(answer) };
    case 'unavailable':
      if (!repeatable) {
        return { done: all(items, { outcome: 'unknown', reason: `Braze answered ${answer.status}` }) };
      }
      return { again: `Braze answered ${answer.status}`, maybeApplied: true, ...wait(answer) };
    case 'unreadable':
      return {
        done: all(items, { outcome: 'unknown', reason: `unreadable answer (${answer.status})`, repeatable }),
      };
  }
}

/** A user with at least one accepted object is accepted (R5); the first error is the reason of one with none. */
function accepted(
  items: readonly TrackItem[],
  errors: readonly TrackObjectError[],
  work: SendContext['work'],
): Verdict[] {
  if (errors.length === 0) {
    for (const item of items) work.dataPoints += item.dataPoints;
    return all(items, { outcome: 'accepted' });
  }
  const refused = errorsByItem(items, errors);
  return items.map((item, at) => {
    const mine = refused.get(at);
    const objects = (item.attributes === undefined ? 0 : 1) + item.events.length + item.purchases.length;
    if (mine && mine.objects.size >= objects) return { outcome: 'rejected', reason: mine.reason };
    work.dataPoints += item.dataPoints;
    return { outcome: 'accepted', ...(mine && { refused: [...mine.objects.values()] }) };
  });
}

function refusedAll(items: readonly TrackItem[], errors: readonly TrackObjectError[]): Verdict[] {
  const refused = errorsByItem(items, errors);
  return items.map((_, at) => ({
    outcome: 'rejected',
    reason: refused.get(at)?.reason ?? 'Braze found no valid object in the request',
  }));
}

interface ItemErrors {
  /** Distinct objects with an error, each with its first; one object may have several. */
  objects: Map<string, RefusedAttribute>;
  reason: string;
}

/** `index` counts within its array as sent (contracts: braze 2.6), so positions are laid out the way the body was. */
function errorsByItem(
  items: readonly TrackItem[],
  errors: readonly TrackObjectError[],
): Map<number, ItemErrors> {
  const owners: Record<TrackArray, number[]> = { attributes: [], events: [], purchases: [] };
  for (const [at, item] of items.entries()) {
    for (const array of arrays) {
      const count = array === 'attributes' ? (item.attributes === undefined ? 0 : 1) : item[array].length;
      for (let n = 0; n < count; n++) owners[array].push(at);
    }
  }
  const byItem = new Map<number, ItemErrors>();
  for (const { array, index, text } of errors) {
    const owner = owners[array][index];
    if (owner === undefined) continue;
    let entry = byItem.get(owner);
    if (!entry) {
      entry = { objects: new Map(), reason: text };
      byItem.set(owner, entry);
    }
    const object = `${array} ${index}`;
    if (!entry.objects.has(object)) entry.objects.set(object, { field: array, reason: text });
  }
  return byItem;
}

function wait({ waitMs }: { waitMs?: number }): { waitMs?: number } {
  return waitMs === undefined ? {} : { waitMs };
}

function all(items: readonly unknown[], verdict: Verdict): Verdict[] {
  return items.map(() => verdict);
}
