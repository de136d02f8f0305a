import type { AttributeTypes } from '../delta/attributeTypes';
import type { ChangeRules } from '../delta/changeDetector';
import type { FieldChange, ProfileUpdate } from '../mapping/profileUpdate';
import { Pace } from '../pace/pace';
import { Delivery } from '../run/delivery';
import type { RetryOptions } from '../run/retry';
import type { FollowUp, Prepared, SendContext, SinkTarget, Verdict } from '../run/sinkTarget';
import type { AttributeList } from './attributeList';
import type { BrazeClient } from './brazeClient';
import { dataPoints, pricesByName } from './dataPoints';
import { JsonBytes, type JsonText, parseText } from './jsonBytes';
import { RefusedInARow } from './refusedInARow';
import { trackChangeRules } from './trackChanges';
import { type TrackObject, type TrackObjects, trackObjects } from './trackObjects';
import type { TrackItem } from './trackRequest';
import { TrackSending } from './trackSending';

export interface TrackTargetSettings {
  /** 75 by default, 50 by some contracts (contracts: braze 2.2). */
  objectsPerRequest: number;
  /** Contracts with legacy rate limits: so many attributes, so many events and so many purchases. Default: in total. */
  perArray?: boolean;
  /** At most; only for a target with a pace of its own. */
  requestsInFlight?: number;
  /** Shared by all targets of one rate group. Default: one of its own. */
  pace?: Pace;
  /** What tells this workspace from others of its instance; without it no attribute is compared. */
  workspace?: Parameters<typeof trackChangeRules>[0];
  /** How long and how fast a request is tried again. Default: for five minutes. */
  retry?: Partial<RetryOptions>;
}

/** The documented limit is 4 MB (contracts: braze 2.2); the difference leaves room for the frame around the objects. */
const bytesPerRequest = 3_900_000;
/** What most users are: one object in `attributes`. */
const oneAttributes: readonly number[] = [1, 0, 0];
const none: readonly JsonText[] = [];

/** Names an instance of Braze for what is remembered of its users. */
export function trackTargetName({ endpoint }: Pick<BrazeClient, 'endpoint'>): string {
  return `braze ${endpoint}`;
}

/** Executes profile updates on Braze through `/users/track`, and brings every answer back to the user it is about. */
export class TrackTarget implements SinkTarget<TrackItem> {
  readonly name: string;
  readonly objectsPerRequest: number;
  readonly limitPerKind: boolean;
  readonly bytesPerRequest = bytesPerRequest;
  readonly changeRules?: ChangeRules;
  readonly #pace: Pace;
  readonly #client: Pick<BrazeClient, 'track' | 'endpoint'>;
  readonly #delivery: Delivery;
  readonly #inARow: RefusedInARow;
  readonly #json = new JsonBytes();

  constructor(client: Pick<BrazeClient, 'track' | 'endpoint'>, settings: TrackTargetSettings) {
    this.#client = client;
    this.name = trackTargetName(client);
    this.objectsPerRequest = settings.objectsPerRequest;
    this.limitPerKind = settings.perArray ?? false;
    if (settings.workspace) this.changeRules = trackChangeRules(settings.workspace);
    const { requestsInFlight: most, retry } = settings;
    this.#pace =
      settings.pace ?? new Pace({ learnsRate: true, ...retry, ...(most !== undefined && { most }) });
    this.#delivery = new Delivery(this.#pace, retry);
    this.#inARow = new RefusedInARow(client.endpoint);
  }

  get requestsInFlight(): number {
    return this.#pace.width;
  }

  prepare(update: ProfileUpdate, types?: AttributeTypes): ReturnType<SinkTarget<TrackItem>['prepare']> {
    const made = trackObjects(update, types);
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
    const item = {
      attributes,
      events,
      purchases,
      objects,
      bytes,
      kinds,
      dataPoints: priceOf(made),
      updateOnly: made.updateOnly,
    };
    return {
      item,
      objects,
      bytes,
      kinds,
      repeatable: made.repeatable,
      refused: made.refused,
      dataPoints: item.dataPoints,
      ...(made.apart && { followUp: followUp(update, made.apart) }),
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

  /** Read back from JSON, since only prices need the parts. */
  pricesOf({ attributes, events, purchases }: TrackItem): Iterable<[name: string, points: number]> {
    return pricesByName({
      ...(attributes !== undefined && { attributes: parseText(attributes) }),
      events: events.map(parseText),
      purchases: purchases.map(parseText),
    });
  }

  send(items: readonly TrackItem[], repeatable: boolean, context: SendContext): Promise<Verdict[]> {
    const parts = { client: this.#client, delivery: this.#delivery, inARow: this.#inARow };
    return new TrackSending(items, repeatable, context, parts).run();
  }
}

function priceOf({ attributes, events, purchases }: TrackObjects): number {
  const points = attributes?.dataPoints ?? 0;
  return events.length + purchases.length > 0 ? points + dataPoints({ events, purchases }) : points;
}

function followUp(update: ProfileUpdate, changes: readonly FieldChange[]): FollowUp {
  const { events: _events, purchases: _purchases, ...rest } = update;
  const fields = new Set(changes.map(({ field }) => field));
  return {
    update: { ...rest, changes: [...changes] },
    inOrder: update.changes.some(({ field, path }) => path === undefined && fields.has(field)),
  };
}

/** What a text adds to a request, its comma included. */
function bytesOf({ from, to }: JsonText): number {
  return to - from + 1;
}
