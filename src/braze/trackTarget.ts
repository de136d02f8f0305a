import type { ProfileUpdate } from '../mapping/profileUpdate';
import { Pace } from '../pace/pace';
import { Delivery } from '../run/delivery';
import type { RequestShare } from '../run/requestLimits';
import type { Attempt, RetryOptions } from '../run/retry';
import type { Prepared, RefusedAttribute, SendContext, SinkTarget, Verdict } from '../run/sinkTarget';
import type { BrazeClient } from './brazeClient';
import { dataPoints } from './dataPoints';
import type { SentCounts, TrackAnswer, TrackArray, TrackObjectError } from './trackAnswer';
import { trackObjects } from './trackObjects';
import { heardOf } from './trackPace';

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

/** One user's objects, already JSON, so that a request's size is known before it is made. */
export interface TrackItem extends RequestShare {
  attributes: string | undefined;
  events: string[];
  purchases: string[];
  dataPoints: number;
}

const arrays: readonly TrackArray[] = ['attributes', 'events', 'purchases'];
/** The documented limit is 4 MB (contracts: braze 2.2); the difference leaves room for the frame around the objects. */
const bytesPerRequest = 3_900_000;
/** What most users are: one object in `attributes`. */
const oneAttributes: readonly number[] = [1, 0, 0];

/** Executes profile updates on Braze through `/users/track`, and brings every answer back to the user it is about. */
export class TrackTarget implements SinkTarget<TrackItem> {
  readonly name: string;
  readonly objectsPerRequest: number;
  readonly limitPerKind: boolean;
  readonly bytesPerRequest = bytesPerRequest;
  readonly #pace: Pace;
  readonly #client: Pick<BrazeClient, 'track' | 'endpoint'>;
  readonly #delivery: Delivery;

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
    const attributes = made.attributes && JSON.stringify(made.attributes);
    const events = made.events.map((event) => JSON.stringify(event));
    const purchases = made.purchases.map((purchase) => JSON.stringify(purchase));
    const objects = (attributes ? 1 : 0) + events.length + purchases.length;
    if (objects === 0) {
      return { rejected: made.refused[0]?.reason ?? 'nothing to send', refused: made.refused };
    }
    let bytes = attributes ? Buffer.byteLength(attributes) + 1 : 0;
    for (const json of events) bytes += Buffer.byteLength(json) + 1;
    for (const json of purchases) bytes += Buffer.byteLength(json) + 1;
    const kinds =
      objects === 1 && attributes ? oneAttributes : [attributes ? 1 : 0, events.length, purchases.length];
    const item = { attributes, events, purchases, objects, bytes, kinds, dataPoints: dataPoints(made) };
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

  async send(items: readonly TrackItem[], repeatable: boolean, context: SendContext): Promise<Verdict[]> {
    const { body, sent } = requestBody(items);
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

function requestBody(items: readonly TrackItem[]): { body: Buffer; sent: SentCounts } {
  const attributes: string[] = [];
  const events: string[] = [];
  const purchases: string[] = [];
  for (const item of items) {
    if (item.attributes !== undefined) attributes.push(item.attributes);
    events.push(...item.events);
    purchases.push(...item.purchases);
  }
  const parts: string[] = [];
  if (attributes.length > 0) parts.push(`"attributes":[${attributes.join(',')}]`);
  if (events.length > 0) parts.push(`"events":[${events.join(',')}]`);
  if (purchases.length > 0) parts.push(`"purchases":[${purchases.join(',')}]`);
  const sent = { attributes: attributes.length, events: events.length, purchases: purchases.length };
  return { body: Buffer.from(`{${parts.join(',')}}`), sent };
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
