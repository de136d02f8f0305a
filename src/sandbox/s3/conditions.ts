import type { IncomingHttpHeaders } from 'node:http';
import type { StoredObject } from './objectStore';
import { S3Error } from './s3Error';

/** The four conditions of a read, under whichever header names they came. */
export interface ReadConditions {
  ifMatch?: string | undefined;
  ifNoneMatch?: string | undefined;
  ifModifiedSince?: string | undefined;
  ifUnmodifiedSince?: string | undefined;
}

/**
 * Conditions of GET and HEAD, with RFC 9110's precedence: entity tags decide before dates.
 * @throws S3Error `PreconditionFailed`
 */
export function checkRead(object: StoredObject, conditions: ReadConditions): 'send' | 'notModified' {
  const modified = object.lastModified.getTime();
  const { ifMatch, ifNoneMatch } = conditions;
  const unmodifiedSince = Date.parse(conditions.ifUnmodifiedSince ?? '');
  const modifiedSince = Date.parse(conditions.ifModifiedSince ?? '');
  if (ifMatch !== undefined) {
    if (!matches(object, ifMatch)) throw failed('If-Match');
  } else if (modified > unmodifiedSince) {
    throw failed('If-Unmodified-Since');
  }
  if (ifNoneMatch !== undefined) return matches(object, ifNoneMatch) ? 'notModified' : 'send';
  return modified <= modifiedSince ? 'notModified' : 'send';
}

/**
 * Conditions of a write. To be called in the same tick as the write itself: that makes one winner among racing writers.
 * @throws S3Error `PreconditionFailed`, `NoSuchKey` (If-Match on a missing key), `NotImplemented` (other uses)
 */
export function checkWrite(existing: StoredObject | undefined, headers: IncomingHttpHeaders): void {
  const ifNoneMatch = headers['if-none-match'];
  const ifMatch = headers['if-match'];
  if (ifNoneMatch !== undefined) {
    if (ifNoneMatch !== '*') throw new S3Error('NotImplemented', undefined, { Header: 'If-None-Match' });
    if (existing) throw failed('If-None-Match');
  }
  if (ifMatch !== undefined) {
    if (!existing) throw new S3Error('NoSuchKey');
    if (!matches(existing, ifMatch)) throw failed('If-Match');
  }
}

function matches(object: StoredObject, tags: string): boolean {
  return tags.split(',').some((tag) => {
    const bare = tag.trim();
    return bare === '*' || bare === object.etag || `"${bare}"` === object.etag;
  });
}

function failed(condition: string): S3Error {
  return new S3Error('PreconditionFailed', undefined, { Condition: condition });
}
