import type { SandboxReply } from '../server';
import type { AttributeType } from './customValues';
import { arrayLimit } from './customValues';
import { pageOf } from './paging';
import { found, refusal } from './replies';
import type { Population, Segment, SegmentList } from './segments';

const attributePage = 50;
const dayMs = 86_400_000;

/** Segments were created on this day and those after it. */
const firstDay = Date.UTC(2026, 0, 1);

/** GET /segments/list: pages of 100 from 0, in order of creation (contracts: braze 5). */
export function listSegments(segments: SegmentList, query: URLSearchParams): SandboxReply {
  const page = pageOf(segments.all(), query);
  if (typeof page === 'string') return refusal(400, page);
  return found({
    segments: page.map(({ id, name, tags = [] }) => ({ id, name, analytics_tracking_enabled: true, tags })),
  });
}

/** GET /segments/details. An unknown segment is a 400 (not documented). */
export function segmentDetails(segments: SegmentList, query: URLSearchParams): SandboxReply {
  const segment = segments.get(query.get('segment_id'));
  if (!segment) return refusal(400, "'segment_id' does not name a segment");
  const created = new Date(firstDay + segments.all().indexOf(segment) * dayMs).toISOString();
  return found({
    created_at: created,
    updated_at: created,
    name: segment.name,
    description: segment.description ?? '',
    text_description: describe(segment),
    tags: segment.tags ?? [],
    teams: [],
  });
}

/** GET /segments/data_series: the present size for each of the last `length` days up to `ending_at`. */
export function segmentSeries(
  segments: SegmentList,
  population: Population,
  query: URLSearchParams,
): SandboxReply {
  const segment = segments.get(query.get('segment_id'));
  if (!segment) return refusal(400, "'segment_id' does not name a segment");
  const length = Number(query.get('length'));
  if (!Number.isInteger(length) || length < 1 || length > 100) {
    return refusal(400, "'length' must be between 1 and 100");
  }
  const end = query.has('ending_at') ? Date.parse(query.get('ending_at')!) : Date.now();
  if (Number.isNaN(end)) return refusal(400, "'ending_at' is not valid");
  const size = population.size(segment);
  const data = Array.from({ length }, (_, at) => ({
    time: new Date(end - (length - 1 - at) * dayMs).toISOString().slice(0, 10),
    size,
  }));
  return found({ data });
}

const typeWords: Record<AttributeType, string> = {
  string: 'String (Automatically Detected)',
  number: 'Number (Automatically Detected)',
  boolean: 'Boolean (Automatically Detected)',
  time: 'Date/Time (Automatically Detected)',
  array: 'Array (Automatically Detected)',
  object: 'Object',
  objectArray: 'Object Array',
};

/**
 * GET /custom_attributes: 50 a page, by name; the next page's URL is in the Link header (contracts: braze 5). The
 * cursor is the last name given, in base64url.
 *
 * @param types attribute name to type; undefined where the type is not known
 */
export function listCustomAttributes(
  types: ReadonlyMap<string, AttributeType | undefined>,
  blocked: ReadonlySet<string>,
  query: URLSearchParams,
  url: string,
): SandboxReply {
  const after = Buffer.from(query.get('cursor') ?? '', 'base64url').toString();
  const names = [...new Set([...types.keys(), ...blocked])].sort().filter((name) => name > after);
  const page = names.slice(0, attributePage);
  const attributes = page.map((name) => {
    const type = types.get(name) ?? 'string';
    return {
      name,
      description: null,
      data_type: typeWords[type],
      array_length: type === 'array' ? arrayLimit : null,
      status: blocked.has(name) ? 'Blocklisted' : 'Active',
      tag_names: [],
    };
  });
  if (names.length <= attributePage) return found({ attributes });
  const cursor = Buffer.from(page.at(-1)!).toString('base64url');
  return found({ attributes }, { link: `<${url}/custom_attributes?cursor=${cursor}>; rel="next"` });
}

function describe({ includes }: Segment): string {
  if (includes === 'all') return 'All users';
  if ('attribute' in includes) return `${includes.attribute} is ${JSON.stringify(includes.equals)}`;
  return `Customers ${includes.from} to ${includes.to - 1}`;
}
