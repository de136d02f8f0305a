import type { RequestShare } from '../run/requestLimits';
import { type JsonText, lengthOfTexts, writeTexts } from './jsonBytes';
import type { SentCounts, TrackArray } from './trackAnswer';

/** One user's objects, already JSON, so that a request's size is known before it is made. */
export interface TrackItem extends RequestShare {
  attributes: JsonText | undefined;
  events: readonly JsonText[];
  purchases: readonly JsonText[];
  dataPoints: number;
  /** Braze does nothing with it if it does not know the user, and does not say so. */
  updateOnly: boolean;
}

/** Puts the objects of some users into one request body, in their order (contracts: braze 2.1). */
export function trackRequest(items: readonly TrackItem[]): { body: Buffer; sent: SentCounts } {
  const attributes: JsonText[] = [];
  const events: JsonText[] = [];
  const purchases: JsonText[] = [];
  for (const item of items) {
    if (item.attributes !== undefined) attributes.push(item.attributes);
    for (const event of item.events) events.push(event);
    for (const purchase of item.purchases) purchases.push(purchase);
  }
  const sent = { attributes: attributes.length, events: events.length, purchases: purchases.length };
  return { body: bodyOf({ attributes, events, purchases }), sent };
}

function bodyOf(texts: Record<TrackArray, readonly JsonText[]>): Buffer {
  const arrays = (Object.keys(texts) as TrackArray[]).filter((array) => texts[array].length > 0);
  const openings = arrays.map((array, at) => `${at === 0 ? '{' : ','}"${array}":[`);
  let bytes = arrays.length === 0 ? 2 : 1;
  for (const [at, array] of arrays.entries()) bytes += openings[at]!.length + lengthOfTexts(texts[array]) + 1;
  const body = Buffer.allocUnsafe(bytes);
  let end = arrays.length === 0 ? body.write('{', 0) : 0;
  for (const [at, array] of arrays.entries()) {
    end += body.write(openings[at]!, end);
    end = writeTexts(texts[array], body, end);
    end += body.write(']', end);
  }
  body.write('}', end);
  return body;
}
