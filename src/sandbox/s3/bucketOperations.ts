import type { SandboxReply } from '../server';
import { readDocument, readLimit, type S3Call, xmlReply } from './call';
import { type ListingPosition, listPage, readToken, writeToken } from './listing';
import type { Bucket } from './objectStore';
import { S3Error } from './s3Error';
import { encode } from './signature';
import { branch, childText, document, leaf } from './xml';

const LONGEST_PAGE = 1000;
const MOST_BUCKETS = 10_000;
const OWNER = branch('Owner', leaf('ID', 'sandbox'), leaf('DisplayName', 'sandbox'));

export function listBuckets(call: S3Call): SandboxReply {
  const prefix = call.query('prefix') ?? '';
  const limit = readLimit('max-buckets', call.query('max-buckets'), MOST_BUCKETS);
  const from = readPosition(call);
  const buckets = new Map(call.endpoint.store.buckets().map((bucket) => [bucket.name, bucket]));
  const page = listPage([...buckets.keys()], { prefix, delimiter: '', limit, ...(from && { from }) });
  const entries = page.keys.map((name) =>
    branch(
      'Bucket',
      leaf('Name', name),
      leaf('CreationDate', buckets.get(name)!.createdAt.toISOString()),
      leaf('BucketRegion', call.endpoint.region),
    ),
  );
  const next = page.next ? leaf('ContinuationToken', writeToken(page.next)) : '';
  return xmlReply(document('ListAllMyBucketsResult', OWNER, branch('Buckets', ...entries), next));
}

/** Outside us-east-1 S3 wants the region named, and refuses a bucket that exists; in us-east-1 neither. */
export async function createBucket(call: S3Call): Promise<SandboxReply> {
  const payload = await call.payload();
  const asked =
    payload.bytes.length > 0
      ? childText(readDocument(payload, 'CreateBucketConfiguration'), 'LocationConstraint')
      : undefined;
  if ((asked || 'us-east-1') !== call.endpoint.region)
    throw new S3Error('IllegalLocationConstraintException');
  if (call.endpoint.store.has(call.bucketName) && call.endpoint.region !== 'us-east-1') {
    throw new S3Error('BucketAlreadyOwnedByYou', undefined, { BucketName: call.bucketName });
  }
  call.endpoint.store.create(call.bucketName);
  return { status: 200, headers: { location: `/${call.bucketName}` } };
}

export function headBucket(): SandboxReply {
  return { status: 200, headers: { 'content-type': 'application/xml' } };
}

export function deleteBucket(call: S3Call): SandboxReply {
  call.endpoint.store.remove(call.bucketName);
  return { status: 204 };
}

/** us-east-1 is the region without a name here. */
export function getBucketLocation(call: S3Call): SandboxReply {
  return xmlReply(
    document('LocationConstraint', call.endpoint.region === 'us-east-1' ? '' : call.endpoint.region),
  );
}

export function listObjectsV2(call: S3Call): SandboxReply {
  if (call.query('list-type') !== '2') throw new S3Error('NotImplemented');
  const encodeName = namesAs(call.query('encoding-type'));
  const prefix = call.query('prefix') ?? '';
  const delimiter = call.query('delimiter') ?? '';
  const startAfter = call.query('start-after');
  const limit = readLimit('max-keys', call.query('max-keys'), LONGEST_PAGE);
  // A token already says where to go on, so S3 leaves the start key aside then.
  const from = readPosition(call) ?? (startAfter ? { after: startAfter, wholePrefix: false } : undefined);
  const { bucket } = call;
  const page = listPage(bucket.keys(), { prefix, delimiter, limit, ...(from && { from }) });
  const withOwner = call.query('fetch-owner') === 'true';
  const optional: [string, string | undefined][] = [
    ['Delimiter', delimiter && encodeName(delimiter)],
    ['StartAfter', startAfter && encodeName(startAfter)],
    ['EncodingType', call.query('encoding-type')],
    ['ContinuationToken', call.query('continuation-token')],
    ['NextContinuationToken', page.next && writeToken(page.next)],
  ];
  return xmlReply(
    document(
      'ListBucketResult',
      leaf('Name', bucket.name),
      leaf('Prefix', encodeName(prefix)),
      leaf('MaxKeys', limit),
      leaf('KeyCount', page.keys.length + page.commonPrefixes.length),
      leaf('IsTruncated', page.next !== undefined),
      ...optional.map(([name, value]) => (value ? leaf(name, value) : '')),
      ...page.keys.map((key) => contents(bucket, key, encodeName, withOwner)),
      ...page.commonPrefixes.map((common) => branch('CommonPrefixes', leaf('Prefix', encodeName(common)))),
    ),
  );
}

function contents(
  bucket: Bucket,
  key: string,
  encodeName: (name: string) => string,
  withOwner: boolean,
): string {
  const object = bucket.get(key)!;
  const { checksum } = object;
  return branch(
    'Contents',
    leaf('Key', encodeName(key)),
    leaf('LastModified', object.lastModified.toISOString()),
    leaf('ETag', object.etag),
    checksum ? leaf('ChecksumAlgorithm', checksum.algorithm.toUpperCase()) : '',
    leaf('Size', object.bytes.length),
    leaf('StorageClass', 'STANDARD'),
    withOwner ? OWNER : '',
  );
}

/** With `url` names are percent-encoded except for slashes; a space becomes `%20`, which every decoder reads. */
function namesAs(encoding: string | undefined): (name: string) => string {
  if (encoding === undefined) return (name) => name;
  if (encoding === 'url') return (name) => encode(name).replaceAll('%2F', '/');
  throw new S3Error('InvalidArgument', 'Invalid Encoding Method specified in Request', {
    ArgumentName: 'encoding-type',
    ArgumentValue: encoding,
  });
}

function readPosition(call: S3Call): ListingPosition | undefined {
  const token = call.query('continuation-token');
  if (token === undefined) return undefined;
  const position = readToken(token);
  if (!position) {
    throw new S3Error('InvalidArgument', 'The continuation token provided is incorrect', {
      ArgumentName: 'continuation-token',
    });
  }
  return position;
}
