import { createHash } from 'node:crypto';
import type { Checksum } from './checksums';
import { compareKeys } from './listing';
import { S3Error } from './s3Error';

export interface StoredObject {
  readonly key: string;
  readonly bytes: Buffer;
  /** Quoted, as in the `ETag` header. */
  readonly etag: string;
  /** Whole seconds, as S3 keeps it. */
  readonly lastModified: Date;
  /** What a GET answers besides: `content-type`, `content-encoding`, `x-amz-meta-*` and the like, lower-case. */
  readonly headers: Readonly<Record<string, string>>;
  /** The checksum the writer gave, if any. */
  readonly checksum?: Checksum;
}

export interface NewObject {
  bytes: Buffer;
  /** Default: the MD5 of the bytes, computed here. */
  etag?: string;
  /** Default: now. */
  lastModified?: Date;
  headers?: Record<string, string>;
  checksum?: Checksum;
}

const MAXIMUM_KEY_BYTES = 1024;
const BUCKET_NAME = /^(?!xn--|\d+\.\d+\.\d+\.\d+$)(?!.*\.\.)[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/;

/** One bucket in memory. */
export class Bucket {
  readonly createdAt = wholeSeconds(new Date());
  readonly #objects = new Map<string, StoredObject>();
  #sorted: string[] | undefined;

  constructor(readonly name: string) {}

  get size(): number {
    return this.#objects.size;
  }

  get(key: string): StoredObject | undefined {
    return this.#objects.get(key);
  }

  /** @throws S3Error `KeyTooLongError` */
  put(key: string, object: NewObject): StoredObject {
    if (Buffer.byteLength(key) > MAXIMUM_KEY_BYTES) throw new S3Error('KeyTooLongError');
    const stored: StoredObject = {
      key,
      bytes: object.bytes,
      etag: object.etag ?? `"${createHash('md5').update(object.bytes).digest('hex')}"`,
      lastModified: wholeSeconds(object.lastModified ?? new Date()),
      headers: { 'content-type': 'binary/octet-stream', ...object.headers },
      ...(object.checksum && { checksum: object.checksum }),
    };
    if (!this.#objects.has(key)) this.#sorted = undefined;
    this.#objects.set(key, stored);
    return stored;
  }

  delete(key: string): boolean {
    const existed = this.#objects.delete(key);
    if (existed) this.#sorted = undefined;
    return existed;
  }

  /** In listing order. */
  keys(): readonly string[] {
    this.#sorted ??= [...this.#objects.keys()].sort(compareKeys);
    return this.#sorted;
  }
}

/** All buckets of one endpoint. */
export class ObjectStore {
  readonly #buckets = new Map<string, Bucket>();

  /** @throws S3Error `NoSuchBucket` */
  bucket(name: string): Bucket {
    const bucket = this.#buckets.get(name);
    if (!bucket) throw new S3Error('NoSuchBucket', undefined, { BucketName: name });
    return bucket;
  }

  has(name: string): boolean {
    return this.#buckets.has(name);
  }

  /** @throws S3Error `InvalidBucketName` */
  create(name: string): void {
    if (!BUCKET_NAME.test(name)) throw new S3Error('InvalidBucketName', undefined, { BucketName: name });
    if (!this.#buckets.has(name)) this.#buckets.set(name, new Bucket(name));
  }

  /** @throws S3Error `NoSuchBucket`, `BucketNotEmpty` */
  remove(name: string): void {
    if (this.bucket(name).size > 0) throw new S3Error('BucketNotEmpty', undefined, { BucketName: name });
    this.#buckets.delete(name);
  }

  /** By name. */
  buckets(): Bucket[] {
    return [...this.#buckets.values()].sort((a, b) => compareKeys(a.name, b.name));
  }

  clear(): void {
    this.#buckets.clear();
  }
}

function wholeSeconds(date: Date): Date {
  return new Date(Math.floor(date.getTime() / 1000) * 1000);
}
