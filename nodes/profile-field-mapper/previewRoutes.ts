import type { NodeAPI } from 'node-red';
import type { z } from 'zod';
import { asSyncError, SyncError } from '../../src/errors/syncError';
import { maxPreviewRecords, preview } from '../../src/preview/preview';
import { maxSampleRecords } from '../../src/preview/sample';
import { lazySchema } from '../../src/schema/lazySchema';
import { blueconicSecrets } from '../blueconic-config/blueconic-config';
import { s3Secrets } from '../profile-sync-s3-config/profile-sync-s3-config';
import { dialogTimeoutMs, tooSlow } from '../shell/adminRoutes';
import { completeDraft, type Draft } from '../shell/draft';
import { expressionHost } from '../shell/expressionHost';
import { sampleOf, traitsOf } from './draftSource';

/** Bytes of a request's body. */
const maxBytes = 2_000_000;

type Zod = typeof z;

const draft = (z: Zod) => z.record(z.string(), z.unknown(), 'must be an object');
const wholeNumber = (z: Zod, most: number) =>
  z.int('must be a whole number').min(1, 'must be at least 1').max(most, `must be at most ${most}`);

/** `source` and `sink`: the settings of the nodes around the mapper, as they stand in the editor, with their `type`. */
const previewBody = lazySchema((z) =>
  z.object(
    {
      mapping: z.unknown(),
      records: z
        .array(z.unknown(), 'must be a list')
        .max(maxPreviewRecords, `must be at most ${maxPreviewRecords}`),
      source: draft(z).optional(),
      sink: z
        .object(
          {
            objectsPerRequest: wholeNumber(z, 1000).optional(),
            perArray: z.boolean('must be true or false').optional(),
            changeDetection: z.enum(['on', 'off'], 'must be on or off').optional(),
            firstTotal: z.enum(['remember', 'add'], 'must be remember or add').optional(),
          },
          'must be an object',
        )
        .optional(),
    },
    'must be an object',
  ),
);

/** `blueconic` and `s3`: drafts of the configurations that the source names. */
const sampleBody = lazySchema((z) =>
  z.object(
    {
      source: draft(z).refine(
        ({ type }) => type === 'blueconic-delta' || type === 'braze-segment-export',
        'must be of type blueconic-delta or braze-segment-export',
      ),
      blueconic: draft(z).optional(),
      s3: draft(z).optional(),
      count: wholeNumber(z, maxSampleRecords).default(maxSampleRecords),
    },
    'must be an object',
  ),
);

/**
 * Previews of the field mapper's dialog. Both need the permission to write: a preview answers with what it was given, but
 * a sample shows customers, and makes this server send stored secrets to an address that the caller may type. Nothing
 * of either is kept, logged, or left in a cache.
 *
 * - `POST profile-sync/preview` `{ mapping, records, source?, sink? }` answers a `Preview`.
 * - `POST profile-sync/sample` `{ source, blueconic?, s3?, count? }` answers a `Sample`.
 */
export function previewRoutes(RED: NodeAPI): void {
  route(RED, 'preview', previewBody, ({ mapping, records, source, sink }, signal) =>
    preview(
      {
        mapping,
        records,
        expressions: expressionHost(RED),
        ...sink,
        ...(source && traitsOf(source, mapping)),
      },
      signal,
    ),
  );
  route(RED, 'sample', sampleBody, (body, signal) => {
    const blueconic = completeDraft(RED, body.blueconic ?? {}, blueconicSecrets);
    const s3 = completeDraft(RED, body.s3 ?? {}, s3Secrets);
    return sampleOf(completeDraft(RED, body.source as Draft, []), { blueconic, s3 }, body.count, signal);
  });
}

function route<Body>(
  RED: NodeAPI,
  path: string,
  schema: () => z.ZodType<Body>,
  answer: (body: Body, signal: AbortSignal) => Promise<object>,
): void {
  const allowed = RED.auth.needsPermission('profile-sync.write');
  RED.httpAdmin.post(`/profile-sync/${path}`, allowed, (request, response) => {
    const signal = AbortSignal.timeout(dialogTimeoutMs);
    const work = async (): Promise<string> => {
      if (Number(request.headers['content-length']) > maxBytes) throw tooLarge();
      return JSON.stringify(await answer(parsed(schema(), request.body), signal));
    };
    response.setHeader('Cache-Control', 'no-store');
    work().then(
      (json) => response.type('json').send(json),
      (thrown) => {
        const error = signal.aborted ? tooSlow() : asSyncError(thrown, `answering the ${path}`);
        const { code, message, status } = error;
        const ours = code.startsWith('REQUEST_') || code === 'MAPPING_INVALID';
        response.status(ours ? (status ?? 400) : 502).json({ code, message });
      },
    );
  });
}

function parsed<Body>(schema: z.ZodType<Body>, body: unknown): Body {
  const found = schema.safeParse(body);
  if (found.success) return found.data;
  const faults = found.error.issues
    .slice(0, 3)
    .map(({ path, message }) => `${path.join('.') || 'body'} ${message}`);
  throw new SyncError({
    code: 'REQUEST_INVALID',
    message: `The request is not understood: ${faults.join('; ')}.`,
    advice: 'Give fewer or other records.',
    status: 400,
  });
}

function tooLarge(): SyncError {
  return new SyncError({
    code: 'REQUEST_TOO_LARGE',
    message: `The records of a preview may have ${maxBytes / 1e6} MB together.`,
    advice: 'Give fewer or smaller records.',
    status: 413,
  });
}
