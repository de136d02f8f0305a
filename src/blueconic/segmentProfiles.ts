import { lazySchema } from '../schema/lazySchema';
import { type BlueConicAccess, type BlueConicCall, callBlueConic } from './blueconicCall';
import { cursorRejected, segmentUnknown } from './errors';
import { pathPart } from './pathPart';

/** The cursor of the first page. */
export const firstCursor = '*';

/** What else a profile should carry; segments and permissions are left out unless asked for. */
export type ProfilePart = 'permissions' | 'segments' | 'replace' | 'timeline' | 'groups' | 'matchingGroups';

export interface SegmentPageRequest {
  segmentId: string;
  /** `firstCursor`, or the `nextCursor` of the page before. */
  cursor: string;
  /** Profiles in a page, up to 1,000,000. */
  count: number;
  /** Ids of the properties to return; all where absent. */
  properties?: readonly string[];
  expand?: readonly ProfilePart[];
  /** JSON, see refinement. */
  refinement?: string;
}

export interface SegmentPage {
  /** As BlueConic sent them, to be read with `profileRecord` one by one: a bad one must not cost the others. */
  profiles: unknown[];
  /** Absent on the last page. */
  nextCursor?: string;
  /** BlueConic's clock when it answered, epoch milliseconds. */
  serverTime: number;
  /** Of the body, decompressed. */
  bytes: number;
}

const page = lazySchema((z) =>
  z.object({ profiles: z.array(z.unknown()), nextCursor: z.string().nullish() }),
);
const anyObject = lazySchema((z) => z.object({}));

/**
 * Reads one page of the profiles in a segment (contracts: blueconic 3.4).
 * @throws SyncError BLUECONIC_SEGMENT_UNKNOWN; BLUECONIC_CURSOR_REJECTED for a 400 to a page other than the first.
 */
export async function readSegmentPage(
  access: BlueConicAccess,
  request: SegmentPageRequest,
  signal: AbortSignal,
): Promise<SegmentPage> {
  const { segmentId, cursor } = request;
  const call: BlueConicCall = {
    method: 'GET',
    path: `/segments/${pathPart(segmentId)}/profiles`,
    query: queryOf(request),
    scope: 'read:segments',
    explain: ({ status }, place) => {
      if (status === 404) return segmentUnknown(place, segmentId);
      return status === 400 && cursor !== firstCursor ? cursorRejected(place, segmentId) : undefined;
    },
  };
  const { value, headers, bytes } = await callBlueConic(access, call, page(), signal);
  return {
    profiles: value.profiles,
    ...(value.nextCursor && { nextCursor: value.nextCursor }),
    serverTime: serverTimeOf(headers),
    bytes,
  };
}

/** BlueConic's clock, from the cheapest call there is. */
export async function readServerTime(access: BlueConicAccess, signal: AbortSignal): Promise<number> {
  const call: BlueConicCall = {
    method: 'GET',
    path: '/segments',
    query: [['count', '1']],
    scope: 'read:segments',
  };
  return serverTimeOf((await callBlueConic(access, call, anyObject(), signal)).headers);
}

function queryOf({ cursor, count, properties, expand, refinement }: SegmentPageRequest): [string, string][] {
  const query: [string, string][] = [
    ['cursor', cursor],
    ['count', String(count)],
  ];
  for (const id of properties ?? []) query.push(['profileProperty', id]);
  for (const part of expand ?? []) {
    query.push(['expand', `profiles.profile.${part}`]);
  }
  if (refinement !== undefined) query.push(['refinement', refinement]);
  return query;
}

/** From the `Date` header, in whole seconds; this machine's clock where a proxy took the header away. */
function serverTimeOf(headers: Record<string, string>): number {
  const time = headers.date === undefined ? Number.NaN : Date.parse(headers.date);
  return Number.isNaN(time) ? Date.now() : time;
}
