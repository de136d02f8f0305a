import { SyncError } from '../errors/syncError';
import type { BrazeClient } from './brazeClient';
import type {
  BrazeCampaign,
  BrazeCampaignDetails,
  BrazeCustomAttribute,
  BrazeSegment,
  BrazeSegmentDetails,
} from './catalogue';

/** What can be looked up: the lists, whole, and one segment or campaign in detail (contracts: braze 5). */
export const lookupKinds = ['segments', 'segment', 'campaigns', 'campaign', 'attributes'] as const;

/** `id` is that of the segment or campaign; lists have none. */
export type Lookup =
  | { what: 'segments' | 'campaigns' | 'attributes' }
  | { what: 'segment' | 'campaign'; id: string };

/** A list with all its pages, or one object that says which one it is. */
export type LookupAnswer =
  | BrazeSegment[]
  | BrazeCampaign[]
  | BrazeCustomAttribute[]
  | ({ id: string } & (BrazeSegmentDetails | BrazeCampaignDetails));

/**
 * What somebody asks for, of values that may be anything.
 * @throws SyncError BRAZE_LOOKUP_UNKNOWN or BRAZE_LOOKUP_ID_MISSING
 */
export function lookupOf(what: unknown, id: unknown): Lookup {
  switch (what) {
    case 'segments':
    case 'campaigns':
    case 'attributes':
      return { what };
    case 'segment':
    case 'campaign': {
      const text = typeof id === 'string' ? id.trim() : '';
      if (text === '') throw idMissing(what);
      return { what, id: text };
    }
    default:
      throw new SyncError({
        code: 'BRAZE_LOOKUP_UNKNOWN',
        message: 'What is to be looked up in Braze is none of the things that can be.',
        advice: `Set msg.lookup to one of ${lookupKinds.join(', ')}, or leave it out.`,
      });
  }
}

/**
 * Asks Braze, one page after the other. Every call is made once.
 * @throws SyncError of the call that went wrong: part of a list is never given for the whole.
 */
export async function lookUp(
  client: BrazeClient,
  lookup: Lookup,
  signal: AbortSignal,
): Promise<LookupAnswer> {
  switch (lookup.what) {
    case 'segments':
      return whole(client.segments(signal));
    case 'campaigns':
      return whole(client.campaigns(signal));
    case 'attributes':
      return whole(client.customAttributes(signal));
    case 'segment':
      return { id: lookup.id, ...(await client.segmentDetails(lookup.id, signal)) };
    case 'campaign':
      return { id: lookup.id, ...(await client.campaignDetails(lookup.id, signal)) };
  }
}

async function whole<T>(items: AsyncIterable<T>): Promise<T[]> {
  const list: T[] = [];
  for await (const item of items) list.push(item);
  return list;
}

function idMissing(what: 'segment' | 'campaign'): SyncError {
  return new SyncError({
    code: 'BRAZE_LOOKUP_ID_MISSING',
    message: `The details of a Braze ${what} are asked for, but not of which one.`,
    advice: `Choose the ${what} in the node, or put its id into msg.lookupId.`,
  });
}
