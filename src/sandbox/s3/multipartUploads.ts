import { createHash, randomBytes } from 'node:crypto';
import type { NewObject } from './objectStore';
import type { Payload } from './payload';
import { S3Error } from './s3Error';

/** One line of the part list that completes an upload. */
export interface NamedPart {
  number: number;
  etag: string;
}

interface Upload {
  bucketName: string;
  key: string;
  headers: Record<string, string>;
  parts: Map<number, Payload>;
}

const SMALLEST_PART_BYTES = 5 * 1024 * 1024;
const LAST_PART_NUMBER = 10_000;

/** Uploads in parts that are neither completed nor aborted. */
export class MultipartUploads {
  readonly #uploads = new Map<string, Upload>();

  /** `headers`: what the finished object will answer with. Returns the upload's id. */
  start(bucketName: string, key: string, headers: Record<string, string>): string {
    const id = randomBytes(24).toString('base64url');
    this.#uploads.set(id, { bucketName, key, headers, parts: new Map() });
    return id;
  }

  /** @throws S3Error `NoSuchUpload` */
  find(id: string, bucketName: string, key: string): Upload {
    const upload = this.#uploads.get(id);
    if (upload?.bucketName !== bucketName || upload.key !== key) {
      throw new S3Error('NoSuchUpload', undefined, { UploadId: id });
    }
    return upload;
  }

  /** A part sent again replaces the one before. @throws S3Error `InvalidArgument` */
  addPart(upload: Upload, number: number, payload: Payload): void {
    if (!Number.isInteger(number) || number < 1 || number > LAST_PART_NUMBER) {
      throw new S3Error('InvalidArgument', 'Part number must be an integer between 1 and 10000, inclusive', {
        ArgumentName: 'partNumber',
      });
    }
    upload.parts.set(number, payload);
  }

  /**
   * Puts the named parts together; the entity tag is the MD5 of the parts' MD5s and the number of parts.
   * @throws S3Error `InvalidPart`, `InvalidPartOrder`, `EntityTooSmall`
   */
  assemble(upload: Upload, named: readonly NamedPart[]): NewObject {
    const digests = createHash('md5');
    const pieces: Buffer[] = [];
    let previous = 0;
    for (const [index, { number, etag }] of named.entries()) {
      const part = upload.parts.get(number);
      if (!part || etag.replaceAll('"', '') !== part.md5) {
        throw new S3Error('InvalidPart', undefined, { PartNumber: String(number) });
      }
      if (number <= previous) throw new S3Error('InvalidPartOrder');
      if (index < named.length - 1 && part.bytes.length < SMALLEST_PART_BYTES) {
        throw new S3Error('EntityTooSmall', undefined, { PartNumber: String(number) });
      }
      previous = number;
      digests.update(Buffer.from(part.md5, 'hex'));
      pieces.push(part.bytes);
    }
    return {
      bytes: Buffer.concat(pieces),
      etag: `"${digests.digest('hex')}-${named.length}"`,
      headers: upload.headers,
    };
  }

  remove(id: string): void {
    this.#uploads.delete(id);
  }

  clear(): void {
    this.#uploads.clear();
  }
}
