import { SyncError } from '../errors/syncError';
import type { S3Session } from './session';

/** One version of an object, and the key that it is to have; keys as they are in the bucket. */
export interface Renaming {
  bucket: string;
  key: string;
  etag: string;
  to: string;
}

/** It is another one now, or gone: whoever did that wants it so. */
const overtaken = new Set(['S3_OBJECT_CHANGED', 'S3_OBJECT_MISSING']);

/**
 * Gives exactly that version of an object another key, over whatever has that key: S3 can only copy and delete. What was
 * replaced or deleted meanwhile stays as it is.
 *
 * @throws SyncError those of the session, for an object of more than 5 GB too; the signal's reason.
 */
export async function renameObject(
  session: S3Session,
  { bucket, key, etag, to }: Renaming,
  signal: AbortSignal | undefined,
): Promise<void> {
  try {
    await session.call({ action: 's3:PutObject', bucket, key: to }, signal, (client, sdk, options) => {
      const CopySource = [bucket, ...key.split('/')].map(encodeURIComponent).join('/');
      return client.send(
        new sdk.CopyObjectCommand({ Bucket: bucket, Key: to, CopySource, CopySourceIfMatch: etag }),
        options,
      );
    });
    await session.call({ action: 's3:DeleteObject', bucket, key }, signal, (client, sdk, options) =>
      client.send(new sdk.DeleteObjectCommand({ Bucket: bucket, Key: key, IfMatch: etag }), options),
    );
  } catch (thrown) {
    if (!(thrown instanceof SyncError && overtaken.has(thrown.code))) throw thrown;
  }
}
