import type { Readable } from 'node:stream';
import { SyncError } from '../errors/syncError';
import { notFromS3, objectChanged, place } from './s3Error';
import type { S3Session } from './session';
import type { S3Subject } from './settings';

/** Breaks in a row that are mended; the count starts anew after this much progress. */
const maxBreaks = 5;
const progressBytes = 4 * 1024 * 1024;

/**
 * The bytes of one version of one object. The SDK does not mend a body that breaks off, so this does: it asks for the
 * rest of the same version from the byte where it broke.
 *
 * @param version what was listed; absent parts are taken from the first answer
 * @throws SyncError `S3_OBJECT_CHANGED`, `S3_OBJECT_DAMAGED`, `S3_BODY_BROKEN` and those of the session; the signal's
 * reason.
 */
export async function* readObject(
  session: S3Session,
  subject: S3Subject & { bucket: string; key: string },
  version: { etag?: string; size?: number },
  signal: AbortSignal | undefined,
): AsyncGenerator<Uint8Array, void, undefined> {
  let { etag, size } = version;
  let offset = 0;
  let breaks = 0;
  let lastBreak = 0;
  const download = new AbortController();
  const stop = (): void => download.abort(signal?.reason);
  signal?.addEventListener('abort', stop, { once: true });
  try {
    for (;;) {
      signal?.throwIfAborted();
      const answer = await session.call(subject, signal, (client, sdk) =>
        client.send(
          new sdk.GetObjectCommand({
            Bucket: subject.bucket,
            Key: subject.key,
            ...(etag && { IfMatch: etag }),
            ...(offset > 0 && { Range: `bytes=${offset}-` }),
          }),
          { abortSignal: download.signal },
        ),
      );
      if (answer.ETag === undefined) throw notFromS3(subject);
      // Not every store honours If-Match.
      if (etag && answer.ETag !== etag) throw new SyncError(objectChanged(place(subject)));
      etag ||= answer.ETag;
      if (offset === 0) size ??= answer.ContentLength;
      // A store without ranges sends the object from its beginning.
      let skip = answer.ContentRange === undefined ? offset : 0;
      let broken: unknown;
      try {
        for await (const chunk of answer.Body as Readable as AsyncIterable<Uint8Array>) {
          const fresh = skip === 0 ? chunk : chunk.subarray(Math.min(skip, chunk.length));
          skip -= chunk.length - fresh.length;
          if (fresh.length === 0) continue;
          offset += fresh.length;
          yield fresh;
        }
      } catch (thrown) {
        broken = thrown;
      }
      signal?.throwIfAborted();
      if (isChecksumMismatch(broken)) throw damaged(subject);
      if (size === undefined ? broken === undefined : offset >= size) return;
      if (offset - lastBreak > progressBytes) breaks = 0;
      lastBreak = offset;
      if (++breaks > maxBreaks) throw bodyBroken(subject, offset);
    }
  } finally {
    signal?.removeEventListener('abort', stop);
    // Whatever is still open: a stream of the SDK's that is merely destroyed may keep its connection.
    download.abort();
  }
}

function isChecksumMismatch(thrown: unknown): boolean {
  return thrown instanceof Error && thrown.message.startsWith('Checksum mismatch');
}

function damaged(subject: S3Subject): SyncError {
  return new SyncError({
    code: 'S3_OBJECT_DAMAGED',
    message: `The bytes that came for ${place(subject)} do not match the checksum that S3 keeps for it.`,
    advice: 'Start the run again; if it stays, have the file written anew.',
    retry: 'later',
  });
}

function bodyBroken(subject: S3Subject, offset: number): SyncError {
  return new SyncError({
    code: 'S3_BODY_BROKEN',
    message: `The download of ${place(subject)} broke ${maxBreaks + 1} times, the last time at byte ${offset}.`,
    advice: 'It will be tried again; if it stays, ask who runs the network or the proxy.',
    retry: 'later',
  });
}
