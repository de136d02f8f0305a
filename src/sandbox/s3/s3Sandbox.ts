import { randomBytes } from 'node:crypto';
import type { FaultRules } from '../faults';
import type { ControlRoute, SandboxPart } from '../part';
import { type CallCounts, SandboxServer } from '../server';
import type { S3Key } from './authentication';
import { s3Control } from './control';
import { handleS3, s3CallName } from './endpoint';
import { MultipartUploads } from './multipartUploads';
import { ObjectStore, type StoredObject } from './objectStore';

export type { S3Action, S3Key } from './authentication';
export type { StoredObject } from './objectStore';

export interface S3SandboxOptions {
  faults: FaultRules;
  /** Default: any free port. */
  port?: number;
  /** Default: `us-east-1`. */
  region?: string;
  /** Buckets there from the start. Default: none. */
  buckets?: readonly string[];
  /** Default: one made-up key that may do everything. */
  keys?: readonly S3Key[];
}

export interface PutOptions {
  lastModified?: Date | undefined;
  /** Default: `binary/octet-stream`. */
  contentType?: string | undefined;
  contentEncoding?: string | undefined;
}

export interface ListedObject {
  key: string;
  /** Bytes. */
  size: number;
  etag: string;
  lastModified: Date;
}

/**
 * The S3 endpoint of the sandbox: path style, Signature Version 4 verified, objects in memory. Next to the wire it can
 * be filled and read in-process; those methods ask for no key and trigger no fault.
 */
export interface S3Sandbox extends SandboxPart {
  readonly region: string;
  /** Of the first key now in force. */
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly calls: CallCounts;
  /** Copies the bytes. @throws S3Error `NoSuchBucket`, `KeyTooLongError` */
  put(bucket: string, key: string, bytes: Uint8Array | string, options?: PutOptions): StoredObject;
  /** @throws S3Error `NoSuchBucket` */
  get(bucket: string, key: string): StoredObject | undefined;
  /** In listing order, all of them. @throws S3Error `NoSuchBucket` */
  list(bucket: string, prefix?: string): ListedObject[];
  /** False where there was none. @throws S3Error `NoSuchBucket` */
  delete(bucket: string, key: string): boolean;
  /** Leaves an existing bucket as it is. @throws S3Error `InvalidBucketName` */
  createBucket(name: string): void;
  /** Replaces all keys. @throws RangeError without any key */
  setKeys(keys: readonly S3Key[]): void;
}

/** Starts an S3 endpoint on 127.0.0.1. */
export async function startS3Sandbox(options: S3SandboxOptions): Promise<S3Sandbox> {
  const part = new RunningS3(options);
  await part.listen();
  return part;
}

class RunningS3 implements S3Sandbox {
  readonly region: string;
  readonly control: ControlRoute[];
  readonly #store = new ObjectStore();
  readonly #uploads = new MultipartUploads();
  readonly #server: SandboxServer;
  readonly #firstBuckets: readonly string[];
  readonly #firstKeys: readonly S3Key[];
  #keys: readonly S3Key[] = [];

  constructor(options: S3SandboxOptions) {
    this.region = options.region ?? 'us-east-1';
    this.#firstBuckets = options.buckets ?? [];
    this.#firstKeys = options.keys ?? [madeUpKey()];
    this.#server = new SandboxServer({
      system: 's3',
      faults: options.faults,
      callName: s3CallName,
      handle: handleS3({
        region: this.region,
        store: this.#store,
        uploads: this.#uploads,
        keys: () => this.#keys,
      }),
      ...(options.port !== undefined && { port: options.port }),
    });
    this.control = s3Control(this);
    this.reset();
  }

  async listen(): Promise<void> {
    await this.#server.listen();
  }

  get url(): string {
    return this.#server.url;
  }

  get accessKeyId(): string {
    return this.#keys[0]!.accessKeyId;
  }

  get secretAccessKey(): string {
    return this.#keys[0]!.secretAccessKey;
  }

  get calls(): CallCounts {
    return this.#server.counts;
  }

  put(bucket: string, key: string, bytes: Uint8Array | string, options: PutOptions = {}): StoredObject {
    const { lastModified, contentType, contentEncoding } = options;
    return this.#store.bucket(bucket).put(key, {
      bytes: Buffer.from(bytes as Uint8Array),
      headers: {
        ...(contentType !== undefined && { 'content-type': contentType }),
        ...(contentEncoding !== undefined && { 'content-encoding': contentEncoding }),
      },
      ...(lastModified && { lastModified }),
    });
  }

  get(bucket: string, key: string): StoredObject | undefined {
    return this.#store.bucket(bucket).get(key);
  }

  list(bucket: string, prefix = ''): ListedObject[] {
    const holder = this.#store.bucket(bucket);
    return holder
      .keys()
      .filter((key) => key.startsWith(prefix))
      .map((key) => {
        const { bytes, etag, lastModified } = holder.get(key)!;
        return { key, size: bytes.length, etag, lastModified };
      });
  }

  delete(bucket: string, key: string): boolean {
    return this.#store.bucket(bucket).delete(key);
  }

  createBucket(name: string): void {
    this.#store.create(name);
  }

  setKeys(keys: readonly S3Key[]): void {
    if (keys.length === 0) throw new RangeError('the S3 sandbox needs at least one key');
    this.#keys = keys;
  }

  reset(): void {
    this.#store.clear();
    this.#uploads.clear();
    for (const bucket of this.#firstBuckets) this.#store.create(bucket);
    this.setKeys(this.#firstKeys);
    this.#server.resetCounts();
  }

  close(): Promise<void> {
    return this.#server.close();
  }
}

/** Looks like AWS's own, but is random for each start and good for nothing else. */
function madeUpKey(): S3Key {
  return {
    accessKeyId: `SANDBOX${randomBytes(7).toString('hex').toUpperCase().slice(0, 13)}`,
    secretAccessKey: randomBytes(30).toString('base64url'),
  };
}
