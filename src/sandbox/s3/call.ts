import { randomBytes } from 'node:crypto';
import type { SandboxReply, SandboxRequest } from '../server';
import type { Caller, S3Action, S3Key } from './authentication';
import type { MultipartUploads } from './multipartUploads';
import type { Bucket, ObjectStore } from './objectStore';
import { type Payload, readPayload } from './payload';
import { S3Error } from './s3Error';
import { parseXml, type XmlElement } from './xml';

/** What the endpoint serves. */
export interface Endpoint {
  /** Of every bucket. */
  region: string;
  store: ObjectStore;
  uploads: MultipartUploads;
  /** Asked for every request, so that keys can change while it runs. */
  keys: () => readonly S3Key[];
}

/** One authenticated call, as the operations see it. */
export class S3Call {
  constructor(
    readonly endpoint: Endpoint,
    readonly request: SandboxRequest,
    readonly caller: Caller,
    /** Empty for calls on the service itself. */
    readonly bucketName: string,
    /** Decoded; empty for calls on a bucket or on the service. */
    readonly key: string,
  ) {}

  /** @throws S3Error `NoSuchBucket` */
  get bucket(): Bucket {
    return this.endpoint.store.bucket(this.bucketName);
  }

  /** One query parameter; `undefined` where absent. */
  query(name: string): string | undefined {
    return this.request.query.get(name) ?? undefined;
  }

  /** One header; several of the same name joined as Node joins them. */
  header(name: string): string | undefined {
    const value = this.request.headers[name];
    return Array.isArray(value) ? value.join(',') : value;
  }

  /** @throws S3Error `AccessDenied` */
  require(action: S3Action): void {
    if (this.caller.allows(action)) return;
    throw new S3Error('AccessDenied', `User is not authorized to perform: ${action}`);
  }

  payload(): Promise<Payload> {
    return readPayload(this.request.raw, this.caller);
  }

  /** The body as a document with this root. @throws S3Error `MalformedXML` */
  async document(root: string): Promise<XmlElement> {
    return readDocument(await this.payload(), root);
  }
}

/** @throws S3Error `MalformedXML` */
export function readDocument(payload: Payload, root: string): XmlElement {
  const document = parseXml(payload.bytes.toString());
  if (document.name !== root) throw new S3Error('MalformedXML');
  return document;
}

export function xmlReply(body: string, status = 200, headers: Record<string, string> = {}): SandboxReply {
  return { status, headers: { 'content-type': 'application/xml', ...headers }, body };
}

/** A number between 0 and `most`, or `most` where absent. @throws S3Error `InvalidArgument` */
export function readLimit(name: string, value: string | undefined, most: number): number {
  if (value === undefined) return most;
  if (!/^\d{1,10}$/.test(value) || Number(value) > 0x7fffffff) {
    throw new S3Error('InvalidArgument', `Provided ${name} not an integer or within integer range`, {
      ArgumentName: name,
      ArgumentValue: value,
    });
  }
  return Math.min(Number(value), most);
}

export function newRequestId(): string {
  return randomBytes(8).toString('hex').toUpperCase();
}
