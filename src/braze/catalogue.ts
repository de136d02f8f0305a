import { z } from 'zod';
import { type BrazeAccess, callBraze } from './brazeCall';
import { answerUnreadable } from './errors';
import { unknownIdError } from './unknownId';

const pageSize = 100;

const text = z
  .string()
  .nullish()
  .transform((value) => value ?? '');
const texts = z
  .array(z.string())
  .nullish()
  .transform((value) => value ?? []);
const flag = z
  .boolean()
  .nullish()
  .transform((value) => value ?? false);

const segment = z
  .object({ id: z.string(), name: z.string(), tags: texts, analytics_tracking_enabled: flag })
  .transform(({ analytics_tracking_enabled: analyticsTracking, ...rest }) => ({
    ...rest,
    analyticsTracking,
  }));
const campaign = z
  .object({ id: z.string(), name: z.string(), tags: texts, is_api_campaign: flag, last_edited: text })
  .transform(({ is_api_campaign: isApiCampaign, last_edited: lastEdited, ...rest }) => ({
    ...rest,
    isApiCampaign,
    lastEdited,
  }));
const segmentDetails = z
  .object({
    name: z.string(),
    description: text,
    text_description: text,
    created_at: text,
    updated_at: text,
    tags: texts,
    teams: texts,
  })
  .transform(({ text_description: criteria, created_at: createdAt, updated_at: updatedAt, ...rest }) => ({
    ...rest,
    criteria,
    createdAt,
    updatedAt,
  }));
const campaignDetails = z
  .object({
    name: z.string(),
    description: text,
    created_at: text,
    updated_at: text,
    archived: flag,
    draft: flag,
    enabled: flag,
    schedule_type: text,
    channels: texts,
    first_sent: text,
    last_sent: text,
    tags: texts,
    teams: texts,
  })
  .transform(
    ({
      created_at: createdAt,
      updated_at: updatedAt,
      schedule_type: scheduleType,
      first_sent: firstSent,
      last_sent: lastSent,
      ...rest
    }) => ({ ...rest, createdAt, updatedAt, scheduleType, firstSent, lastSent }),
  );
const customAttribute = z
  .object({ name: z.string(), description: text, data_type: text, status: text, tag_names: texts })
  .transform(({ data_type: dataType, tag_names: tags, ...rest }) => ({
    ...rest,
    // "String (Automatically Detected)": only the leading words are the type.
    dataType: dataType.split('(', 1)[0]!.trimEnd(),
    tags,
  }));

export type BrazeSegment = z.output<typeof segment>;
export type BrazeSegmentDetails = z.output<typeof segmentDetails>;
export type BrazeCampaign = z.output<typeof campaign>;
export type BrazeCampaignDetails = z.output<typeof campaignDetails>;
export type BrazeCustomAttribute = z.output<typeof customAttribute>;
/** An estimate of one day, `time` as Braze writes it. */
export interface SegmentSize {
  time: string;
  size: number;
}

const segmentPage = z.object({ segments: z.array(segment) });
const campaignPage = z.object({ campaigns: z.array(campaign) });
const attributePage = z.object({ attributes: z.array(customAttribute) });
const sizes = z.object({ data: z.array(z.object({ time: z.string(), size: z.number() })) });

/** All segments, oldest first, without the archived ones (contracts: braze 5). */
export function listSegments(access: BrazeAccess, signal: AbortSignal): AsyncGenerator<BrazeSegment> {
  return allPages(async (page) => {
    const query = { page: String(page), sort_direction: 'asc' };
    const call = { method: 'GET', path: '/segments/list', query } as const;
    return (await callBraze(access, call, segmentPage, signal)).value.segments;
  });
}

/** All campaigns, oldest first, without the archived ones. */
export function listCampaigns(access: BrazeAccess, signal: AbortSignal): AsyncGenerator<BrazeCampaign> {
  return allPages(async (page) => {
    const query = { page: String(page), sort_direction: 'asc' };
    const call = { method: 'GET', path: '/campaigns/list', query } as const;
    return (await callBraze(access, call, campaignPage, signal)).value.campaigns;
  });
}

export async function readSegmentDetails(
  access: BrazeAccess,
  segmentId: string,
  signal: AbortSignal,
): Promise<BrazeSegmentDetails> {
  const call = bySegment('/segments/details', segmentId, {});
  return (await callBraze(access, call, segmentDetails, signal)).value;
}

/** Estimated sizes of the last `days` (1 to 100) days. */
export async function readSegmentSizes(
  access: BrazeAccess,
  { segmentId, days }: { segmentId: string; days: number },
  signal: AbortSignal,
): Promise<SegmentSize[]> {
  const call = bySegment('/segments/data_series', segmentId, { length: String(days) });
  return (await callBraze(access, call, sizes, signal)).value.data;
}

export async function readCampaignDetails(
  access: BrazeAccess,
  campaignId: string,
  signal: AbortSignal,
): Promise<BrazeCampaignDetails> {
  const call = {
    method: 'GET',
    path: '/campaigns/details',
    query: { campaign_id: campaignId },
    explain: (answer, place) => unknownIdError(answer, place, 'campaign', campaignId),
  } satisfies Parameters<typeof callBraze>[1];
  return (await callBraze(access, call, campaignDetails, signal)).value;
}

/**
 * All custom attributes, in the order of their names. Of the `Link` header only the cursor is followed, never its
 * host or path: the key must not go where an answer says.
 * @throws SyncError BRAZE_ANSWER_UNREADABLE where the cursor does not move on.
 */
export async function* listCustomAttributes(
  access: BrazeAccess,
  signal: AbortSignal,
): AsyncGenerator<BrazeCustomAttribute> {
  const path = '/custom_attributes';
  const followed = new Set<string>();
  let cursor: string | undefined;
  for (;;) {
    const query = cursor === undefined ? {} : { query: { cursor } };
    const { value, headers } = await callBraze(
      access,
      { method: 'GET', path, ...query },
      attributePage,
      signal,
    );
    yield* value.attributes;
    cursor = nextCursor(headers.link, access.endpoint);
    if (cursor === undefined) return;
    if (followed.has(cursor)) throw answerUnreadable({ host: access.host, path }, 200, false);
    followed.add(cursor);
  }
}

/** The cursor of the link marked `rel="next"`, if there is one. */
function nextCursor(link: string | undefined, base: string): string | undefined {
  for (const [, target, parameters] of (link ?? '').matchAll(/<([^<>]*)>([^,<]*)/g)) {
    if (!/;\s*rel="?next"?/i.test(parameters!) || !URL.canParse(target!, base)) continue;
    return new URL(target!, base).searchParams.get('cursor') ?? undefined;
  }
  return undefined;
}

function bySegment(path: string, segmentId: string, more: Record<string, string>) {
  return {
    method: 'GET',
    path,
    query: { segment_id: segmentId, ...more },
    explain: (answer, place) => unknownIdError(answer, place, 'segment', segmentId),
  } satisfies Parameters<typeof callBraze>[1];
}

/**
 * Reads pages until one is short or brings nothing new: the documented size of a page is 100, its end is not
 * documented, and a server that ignores `page` must not be asked for ever. What two pages share comes once.
 */
async function* allPages<T extends { id: string }>(read: (page: number) => Promise<T[]>): AsyncGenerator<T> {
  const seen = new Set<string>();
  for (let page = 0; ; page++) {
    const items = await read(page);
    const before = seen.size;
    for (const item of items) {
      if (seen.has(item.id)) continue;
      seen.add(item.id);
      yield item;
    }
    if (items.length < pageSize || seen.size === before) return;
  }
}
