import type { Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import type { GetObjectCommandOutput } from '@aws-sdk/client-s3';
import type { ByteRange } from '../codec/fileStore';
import { SyncError } from '../errors/syncError';
import { notFromS3, objectChanged, place } from './s3Error';
import type { S3Session } from './session';
import type { S3Subject } from './settings';

/** Breaks in a row that are mended; the count starts anew after this much progress. */
const maxBreaks = 5;
const progressBytes = 4 * 1024 * 1024;

/**
 * The bytes of one version of one object, or of a part of it. The SDK does not mend a body that breaks off, so this
 * does: after a pause it asks for the rest of the same version from the byte where it broke.
 *
 * @param version what was listed; absent parts are taken from the first answer
 * @param range must lie within the object and not be empty
 * @throws SyncError `S3_OBJECT_CHANGED`, `S3_OBJECT_DAMAGED`, `S3_BODY_BROKEN` and those of the session; the signal's
 * reason.
 */
export async function* readObject(
  session: S3Session,
  subject: S3Subject & { bucket: string; key: string },
  version: { etag?: string; size?: number },
  signal: AbortSignal | undefined,
  range?: ByteRange,
): AsyncGenerator<Uint8Array, void, undefined> {
  let { etag } = version;
  let end = range?.end ?? version.size;
  let offset = range?.start ?? 0;
  let breaks = 0;
  let lastBreak = offset;
  const download = new AbortController();
  const stop = (): void => download.abort(signal?.reason);
  signal?.addEventListener('abort', stop, { once: true });
  const ask = (): Promise<GetObjectCommandOutput> =>
    session.call(subject, signal, (client, sdk) =>
      client.send(
        new sdk.GetObjectCommand({
          Bucket: subject.bucket,
          Key: subject.key,
          ...(etag && { IfMatch: etag }),
          ...((offset > 0 || range) && { Range: `bytes=${offset}-${range ? range.end - 1 : ''}` }),
        }),
        { abortSignal: download.signal },
      ),
    );
  try {
    for (;;) {
      signal?.throwIfAborted();
      let broken: unknown;
      try {
        const answer = await ask();
        if (answer.ETag === undefined) throw notFromS3(subject);
        // Not every store honours If-Match.
        if (etag && answer.ETag !== etag) throw new SyncError(objectChanged(place(subject)));
        etag ||= answer.ETag;
        if (offset === 0 && !range) end ??= answer.ContentLength;
        // A store without ranges sends the object from its beginning to its end.
        let skip = answer.ContentRange === undefined ? offset : 0;
        for await (const chunk of answer.Body as Readable as AsyncIterable<Uint8Array>) {
          const fresh = chunk.subarray(Math.min(skip, chunk.length), range && skip + range.end - offset);
          skip -= Math.min(skip, chunk.length);
          if (fresh.length === 0) continue;
          offset += fresh.length;
          // More than there is would go on for as long as whoever answers likes.
          if (end !== undefined && !range && offset > end) throw notFromS3(subject);
          yield fresh;
          if (range && offset >= range.end) return;
        }
      } catch (thrown) {
        // What S3 itself said is final, except for a moment's trouble while a break is being mended.
        if (thrown instanceof SyncError && (breaks === 0 || thrown.retry !== 'later')) throw thrown;
        broken = thrown;
      }
      signal?.throwIfAborted();
      if (isChecksumMismatch(broken)) throw damaged(subject);
      if (end === undefined ? broken === undefined : offset >= end) return;
      if (offset - lastBreak > progressBytes) breaks = 0;
      lastBreak = offset;
      if (++breaks > maxBreaks) throw broken instanceof SyncError ? broken : bodyBroken(subject, offset);
      await pause(session.resumePauseMs, breaks, signal);
    }
  } finally {
    signal?.removeEventListener('abort', stop);
    // Whatever is still open: a stream of the SDK's that is merely destroyed may keep its connection.
    download.abort();
  }
}

/** Twice as long after each break, and never quite the same for all downloads that broke together. */
async function pause(firstMs: number, breaks: number, signal: AbortSignal | undefined): Promise<void> {
  const longestMs = firstMs * 2 ** (breaks - 1);
  await sleep(longestMs * (0.5 + Math.random() / 2), undefined, signal && { signal }).catch((thrown) => {
    throw signal?.aborted ? signal.reason : thrown;
  });
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
