import type { ByteRange } from '../codec/fileStore';
import { SyncError } from '../errors/syncError';
import { readObject } from './objectReader';
import { renameObject } from './renameObject';
import { looksLikeS3, notFromS3, place } from './s3Error';
import { S3Session } from './session';
import { rootPrefix, type S3Settings, type S3Subject } from './settings';

export interface S3Object {
  /** Relative to the root path. Data from outside: never a path on this machine. */
  key: string;
  /** Bytes. */
  size: number;
  /** With its quotes, as S3 writes it. */
  etag: string;
  lastModified: Date;
  /** When it was listed, by S3's own clock. */
  listedAt: Date | undefined;
}

/**
 * One bucket below one root path; all keys are relative to it. Every method throws SyncErrors with `S3_*` codes, or the
 * reason of its signal.
 */
export interface Bucket {
  /** In the order of S3, page by page as they are asked for; the prefix need not end at a slash. */
  list(prefix: string, signal?: AbortSignal): AsyncGenerator<S3Object, void, undefined>;
  /**
   * Exactly the version that was listed, or `S3_OBJECT_CHANGED`. A connection that breaks in the middle is resumed at
   * the byte where it broke. Leaving the loop early ends the download.
   *
   * @param range only these bytes of it; must lie within the object
   */
  open(
    object: Pick<S3Object, 'key' | 'etag' | 'size'>,
    signal?: AbortSignal,
    range?: ByteRange,
  ): AsyncGenerator<Uint8Array, void, undefined>;
  /** A small object as a whole; `S3_OBJECT_TOO_LARGE` above 64 MiB. */
  read(key: string, signal?: AbortSignal): Promise<Buffer>;
  /** Overwrites. */
  put(key: string, bytes: Uint8Array | string, signal?: AbortSignal): Promise<void>;
  /** Keys that do not exist count as deleted. Ends at the first refusal; then some may be gone. */
  delete(keys: readonly string[], signal?: AbortSignal): Promise<void>;
  /** Exactly the version that was listed, over whatever has the key `to`; see `renameObject`. */
  rename(object: Pick<S3Object, 'key' | 'etag'>, to: string, signal?: AbortSignal): Promise<void>;
  /** Bucket, root path and that prefix, for people. */
  place(prefix: string): string;
  /** Ends what is still open. */
  close(): Promise<void>;
}

const maxReadBytes = 64 * 1024 * 1024;
const deletesInFlight = 8;

/** @throws SyncError for settings that cannot work; nothing is sent yet. */
export function openBucket(settings: S3Settings): Bucket {
  return new S3Bucket(settings);
}

class S3Bucket implements Bucket {
  readonly #session: S3Session;
  readonly #name: string;
  readonly #root: string;

  constructor(settings: S3Settings) {
    this.#session = new S3Session(settings);
    this.#name = settings.bucket;
    this.#root = rootPrefix(settings);
  }

  async *list(prefix: string, signal?: AbortSignal): AsyncGenerator<S3Object, void, undefined> {
    const subject = this.#subject('s3:ListBucket', prefix);
    let token: string | undefined;
    do {
      const page = await this.#session.call(subject, signal, (client, sdk, options) =>
        client.send(
          new sdk.ListObjectsV2Command({
            Bucket: this.#name,
            Prefix: this.#root + prefix,
            // Keys may hold characters that XML cannot.
            EncodingType: 'url',
            ...(token !== undefined && { ContinuationToken: token }),
          }),
          options,
        ),
      );
      if (page.Name === undefined) throw notFromS3(subject);
      const listedAt = this.#session.serverTime;
      for (const entry of page.Contents ?? []) {
        const key = page.EncodingType === 'url' ? decodeKey(entry.Key!) : entry.Key!;
        yield {
          key: key.slice(this.#root.length),
          size: entry.Size ?? 0,
          etag: entry.ETag ?? '',
          lastModified: entry.LastModified ?? new Date(0),
          listedAt,
        };
      }
      if (!page.IsTruncated) return;
      // To take what came for the whole list would lose profiles without a word.
      const next = page.NextContinuationToken;
      if (next === undefined || next === token) throw listingBroken(subject);
      token = next;
    } while (token !== undefined);
  }

  open(
    object: Pick<S3Object, 'key' | 'etag' | 'size'>,
    signal?: AbortSignal,
    range?: ByteRange,
  ): AsyncGenerator<Uint8Array, void, undefined> {
    const { etag, size } = object;
    return readObject(
      this.#session,
      this.#subject('s3:GetObject', object.key),
      { etag, size },
      signal,
      range,
    );
  }

  async read(key: string, signal?: AbortSignal): Promise<Buffer> {
    const subject = this.#subject('s3:GetObject', key);
    const chunks: Uint8Array[] = [];
    let bytes = 0;
    for await (const chunk of readObject(this.#session, subject, {}, signal)) {
      bytes += chunk.length;
      if (bytes > maxReadBytes) throw objectTooLarge(subject);
      chunks.push(chunk);
    }
    return Buffer.concat(chunks, bytes);
  }

  async put(key: string, bytes: Uint8Array | string, signal?: AbortSignal): Promise<void> {
    const subject = this.#subject('s3:PutObject', key);
    const { ETag } = await this.#session.call(subject, signal, (client, sdk, options) =>
      client.send(
        new sdk.PutObjectCommand({
          Bucket: this.#name,
          Key: subject.key,
          Body: bytes,
          // The SDK takes an empty body for a stream, and warns on the console.
          ContentLength: Buffer.byteLength(bytes),
        }),
        options,
      ),
    );
    if (ETag === undefined) throw notFromS3(subject);
  }

  /** One call a key: the bulk call needs a checksum that some S3-compatible stores refuse, and some lack it. */
  async delete(keys: readonly string[], signal?: AbortSignal): Promise<void> {
    const waiting = keys.values();
    const work = async (): Promise<void> => {
      for (const key of waiting) {
        const subject = this.#subject('s3:DeleteObject', key);
        const { $metadata } = await this.#session.call(subject, signal, (client, sdk, options) =>
          client.send(new sdk.DeleteObjectCommand({ Bucket: this.#name, Key: subject.key }), options),
        );
        if (!looksLikeS3($metadata)) throw notFromS3(subject);
      }
    };
    await Promise.all(Array.from({ length: Math.min(deletesInFlight, keys.length) }, work));
  }

  rename({ key, etag }: Pick<S3Object, 'key' | 'etag'>, to: string, signal?: AbortSignal): Promise<void> {
    const renaming = { bucket: this.#name, key: this.#root + key, etag, to: this.#root + to };
    return renameObject(this.#session, renaming, signal);
  }

  place(prefix: string): string {
    return `${this.#name}/${this.#root}${prefix}`;
  }

  close(): Promise<void> {
    return this.#session.close();
  }

  #subject(action: string, key: string): S3Subject & { bucket: string; key: string } {
    return { action, bucket: this.#name, key: this.#root + key };
  }
}

/** S3 writes a space as `+` here, and a plus sign as `%2B`. */
function decodeKey(encoded: string): string {
  return decodeURIComponent(encoded.replaceAll('+', ' '));
}

function listingBroken(subject: S3Subject): SyncError {
  return new SyncError({
    code: 'S3_LISTING_BROKEN',
    message: `The listing of ${place(subject)} says that there is more, but not where to go on.`,
    advice: 'This is a fault of the store: ask who runs it. Nothing was taken for complete.',
    retry: 'later',
  });
}

function objectTooLarge(subject: S3Subject): SyncError {
  return new SyncError({
    code: 'S3_OBJECT_TOO_LARGE',
    message: `The object in ${place(subject)} is larger than ${maxReadBytes} bytes.`,
    advice: 'Check that it is the object you meant.',
  });
}
