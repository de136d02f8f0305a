import { asSyncError } from '../errors/syncError';
import type { BrazeClient } from './brazeClient';

/** What was found out about one permission of an API key (contracts: braze 1.3). */
export interface KeyFinding {
  permission: string;
  /** `unknown`: Braze did not get as far as the permission, or there is nothing to try it with. */
  ok: boolean | 'unknown';
  /** One or two sentences; where `ok` is false with what mends it. */
  message: string;
}

const nothingToTry = 'There is no segment or campaign yet to try it with; the first use will tell.';

/**
 * Tries each permission that this package can use: reading with the smallest reading call, sending and exporting with
 * an empty request, which can neither change a user nor start an export.
 *
 * What Braze looks at first is not documented. Decision: a call without permission is refused as such whatever its body
 * holds, so that an empty request refused for its content (400) has shown the permission to be there.
 *
 * @throws the reason of `signal`; everything else is a finding.
 */
export async function checkKey(client: BrazeClient, signal: AbortSignal): Promise<KeyFinding[]> {
  const segment: { id?: string } = {};
  const campaign: { id?: string } = {};
  const detailsOf = (found: { id?: string }, read: (id: string) => Promise<unknown>) =>
    found.id === undefined ? undefined : () => read(found.id as string);
  return [
    await tried('users.track', () => client.tryEmpty('/users/track', signal), signal),
    await tried('users.export.segment', () => client.tryEmpty('/users/export/segment', signal), signal),
    await tried('segments.list', () => firstInto(segment, client.segments(signal)), signal),
    await tried(
      'segments.details',
      detailsOf(segment, (id) => client.segmentDetails(id, signal)),
      signal,
    ),
    await tried('campaigns.list', () => firstInto(campaign, client.campaigns(signal)), signal),
    await tried(
      'campaigns.details',
      detailsOf(campaign, (id) => client.campaignDetails(id, signal)),
      signal,
    ),
    await tried('custom_attributes.get', () => client.customAttributes(signal).next(), signal),
  ];
}

async function tried(
  permission: string,
  call: (() => Promise<unknown>) | undefined,
  signal: AbortSignal,
): Promise<KeyFinding> {
  if (call === undefined) return { permission, ok: 'unknown', message: nothingToTry };
  try {
    await call();
    return { permission, ok: true, message: `The key has ${permission}.` };
  } catch (thrown) {
    signal.throwIfAborted();
    const error = asSyncError(thrown, `checking ${permission}`);
    // A busy or broken service says nothing about the key.
    return { permission, ok: error.retry === 'later' ? 'unknown' : false, message: error.message };
  }
}

async function firstInto(found: { id?: string }, list: AsyncIterable<{ id?: string }>): Promise<void> {
  for await (const { id } of list) {
    if (id !== undefined) found.id = id;
    return;
  }
}
