import { createHash } from 'node:crypto';
import type { SandboxReply } from '../server';
import { readDocument, type S3Call, xmlReply } from './call';
import { checkRead, checkWrite } from './conditions';
import type { StoredObject } from './objectStore';
import { storedEncoding } from './payload';
import { readRange } from './range';
import { S3Error } from './s3Error';
import { decodePath } from './signature';
import { branch, childText, document, leaf, type XmlElement } from './xml';

const KEPT_HEADERS = ['content-type', 'content-disposition', 'content-language', 'cache-control', 'expires'];
/** Headers that would change what is stored or who may read it: refused rather than ignored. */
const UNKNOWN_WRITE_HEADERS =
  /^x-amz-(?:acl|grant-|tagging|object-lock-|server-side-encryption|website-redirect-location|write-offset-bytes|copy-source-server-side|copy-source-range)/;
const MOST_DELETES = 1000;

export async function putObject(call: S3Call): Promise<SandboxReply> {
  const headers = headersToKeep(call);
  const { bytes, md5, checksum } = await call.payload();
  const { bucket } = call;
  checkWrite(bucket.get(call.key), call.request.headers);
  const object = bucket.put(call.key, {
    bytes,
    etag: `"${md5}"`,
    headers,
    ...(checksum && { checksum }),
  });
  return { status: 200, headers: { etag: object.etag, ...checksumHeaders(object) } };
}

/** Serves HEAD too: the server leaves the body away. */
export function getObject(call: S3Call): SandboxReply {
  const object = findObject(call, call.bucketName, call.key);
  const outcome = checkRead(object, {
    ifMatch: call.header('if-match'),
    ifNoneMatch: call.header('if-none-match'),
    ifModifiedSince: call.header('if-modified-since'),
    ifUnmodifiedSince: call.header('if-unmodified-since'),
  });
  const identity = { etag: object.etag, 'last-modified': object.lastModified.toUTCString() };
  if (outcome === 'notModified') return { status: 304, headers: identity };
  const range = readRange(call.header('range'), object.bytes.length);
  const headers: Record<string, string> = { ...object.headers, ...identity, 'accept-ranges': 'bytes' };
  if (range) {
    headers['content-range'] = `bytes ${range.first}-${range.last}/${object.bytes.length}`;
    return { status: 206, headers, body: object.bytes.subarray(range.first, range.last + 1) };
  }
  // A checksum covers the whole object, so a part of it cannot carry one.
  if (call.header('x-amz-checksum-mode')?.toUpperCase() === 'ENABLED') {
    Object.assign(headers, checksumHeaders(object));
  }
  return { status: 200, headers, body: object.bytes };
}

export function deleteObject(call: S3Call): SandboxReply {
  const existing = call.bucket.get(call.key);
  if (call.header('if-match') !== undefined) checkWrite(existing, call.request.headers);
  call.bucket.delete(call.key);
  return { status: 204 };
}

/** Answers for each key on its own, a missing permission included. */
export async function deleteObjects(call: S3Call): Promise<SandboxReply> {
  const payload = await call.payload();
  if (!payload.checksum && call.header('content-md5') === undefined) {
    throw new S3Error('InvalidRequest', 'Missing required header for this request: Content-MD5');
  }
  const request = readDocument(payload, 'Delete');
  const quiet = childText(request, 'Quiet') === 'true';
  const keys = request.children.filter(({ name }) => name === 'Object').map(keyToDelete);
  if (keys.length === 0 || keys.length > MOST_DELETES) throw new S3Error('MalformedXML');
  const results = keys.map((key) => {
    if (!call.caller.allows('s3:DeleteObject')) {
      return branch(
        'Error',
        leaf('Key', key),
        leaf('Code', 'AccessDenied'),
        leaf('Message', 'Access Denied'),
      );
    }
    call.bucket.delete(key);
    return quiet ? '' : branch('Deleted', leaf('Key', key));
  });
  return xmlReply(document('DeleteResult', ...results));
}

export async function copyObject(call: S3Call): Promise<SandboxReply> {
  // `/bucket/key` or `bucket/key`, percent-encoded.
  const source = call.header('x-amz-copy-source')?.replace(/^\//, '') ?? '';
  const slash = source.indexOf('/');
  const bucketName = decodePath(source.slice(0, Math.max(slash, 0)));
  const key = decodePath(source.slice(slash + 1));
  if (key.includes('?versionId=')) throw new S3Error('NotImplemented');
  if (bucketName === '' || key === '') {
    throw new S3Error(
      'InvalidArgument',
      'Copy Source must mention the source bucket and key: sourcebucket/sourcekey',
    );
  }
  const replace = call.header('x-amz-metadata-directive') === 'REPLACE';
  const replacement = headersToKeep(call);
  call.require('s3:GetObject');
  await call.payload();
  const original = findObject(call, bucketName, key);
  if (!replace && bucketName === call.bucketName && key === call.key) {
    throw new S3Error(
      'InvalidRequest',
      'This copy request is illegal because it is trying to copy an object to itself without changing its metadata.',
    );
  }
  const outcome = checkRead(original, {
    ifMatch: call.header('x-amz-copy-source-if-match'),
    ifNoneMatch: call.header('x-amz-copy-source-if-none-match'),
    ifModifiedSince: call.header('x-amz-copy-source-if-modified-since'),
    ifUnmodifiedSince: call.header('x-amz-copy-source-if-unmodified-since'),
  });
  if (outcome === 'notModified') throw new S3Error('PreconditionFailed');
  checkWrite(call.bucket.get(call.key), call.request.headers);
  const { checksum, bytes } = original;
  const copy = call.bucket.put(call.key, {
    bytes,
    // The tag of a copy is that of its bytes, whichever way the original was uploaded.
    etag: `"${createHash('md5').update(bytes).digest('hex')}"`,
    headers: replace ? replacement : original.headers,
    ...(checksum && { checksum }),
  });
  return xmlReply(
    document(
      'CopyObjectResult',
      leaf('LastModified', copy.lastModified.toISOString()),
      leaf('ETag', copy.etag),
    ),
  );
}

/** What a later GET gives back. @throws S3Error `NotImplemented` for headers that ask for more than storing. */
export function headersToKeep(call: S3Call): Record<string, string> {
  const kept: Record<string, string> = {};
  for (const name of Object.keys(call.request.headers)) {
    if (UNKNOWN_WRITE_HEADERS.test(name)) throw new S3Error('NotImplemented', undefined, { Header: name });
    if (KEPT_HEADERS.includes(name) || name.startsWith('x-amz-meta-')) kept[name] = call.header(name)!;
  }
  const encoding = storedEncoding(call.header('content-encoding'));
  if (encoding !== undefined) kept['content-encoding'] = encoding;
  return kept;
}

/**
 * @throws S3Error `NoSuchKey`; `AccessDenied` where the caller may not list, because S3 then keeps to itself which keys
 * exist.
 */
function findObject(call: S3Call, bucketName: string, key: string): StoredObject {
  const object = call.endpoint.store.bucket(bucketName).get(key);
  if (object) return object;
  call.require('s3:ListBucket');
  throw new S3Error('NoSuchKey', undefined, { Key: key });
}

function checksumHeaders(object: StoredObject): Record<string, string> {
  const { checksum } = object;
  if (!checksum) return {};
  return {
    [`x-amz-checksum-${checksum.algorithm}`]: checksum.value,
    'x-amz-checksum-type': 'FULL_OBJECT',
  };
}

function keyToDelete(entry: XmlElement): string {
  const key = childText(entry, 'Key');
  if (!key) throw new S3Error('MalformedXML');
  const condition = entry.children.find(({ name }) => name !== 'Key');
  if (condition) throw new S3Error('NotImplemented', undefined, { Element: condition.name });
  return key;
}
