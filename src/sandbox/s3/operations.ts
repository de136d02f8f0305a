import type { SandboxReply } from '../server';
import type { S3Action } from './authentication';
import {
  createBucket,
  deleteBucket,
  getBucketLocation,
  headBucket,
  listBuckets,
  listObjectsV2,
} from './bucketOperations';
import type { S3Call } from './call';
import {
  abortMultipartUpload,
  completeMultipartUpload,
  createMultipartUpload,
  uploadPart,
} from './multipartOperations';
import { copyObject, deleteObject, deleteObjects, getObject, putObject } from './objectOperations';

/** One S3 operation: how to recognise it, what it needs, what it does. */
export interface Operation {
  name: string;
  method: string;
  target: 'service' | 'bucket' | 'object';
  /** The query parameter that tells it from others with the same method and target. */
  subresource?: string;
  /** The same for a header. */
  header?: string;
  /** Further query parameters; any other makes the call one that is not implemented here. */
  query?: readonly string[];
  /** Absent: the operation looks into permissions itself. */
  action?: S3Action;
  /** True where the bucket need not exist. */
  withoutBucket?: boolean;
  /** True where the client need not know the region yet. */
  anyRegion?: boolean;
  run: (call: S3Call) => SandboxReply | Promise<SandboxReply>;
}

/** Special forms come before the plain one with the same method and target. */
const OPERATIONS: readonly Operation[] = [
  {
    name: 'ListBuckets',
    method: 'GET',
    target: 'service',
    query: ['max-buckets', 'continuation-token', 'prefix'],
    action: 's3:ListAllMyBuckets',
    withoutBucket: true,
    run: listBuckets,
  },
  {
    name: 'GetBucketLocation',
    method: 'GET',
    target: 'bucket',
    subresource: 'location',
    action: 's3:GetBucketLocation',
    anyRegion: true,
    run: getBucketLocation,
  },
  {
    name: 'ListObjectsV2',
    method: 'GET',
    target: 'bucket',
    subresource: 'list-type',
    query: [
      'prefix',
      'delimiter',
      'start-after',
      'max-keys',
      'continuation-token',
      'encoding-type',
      'fetch-owner',
    ],
    action: 's3:ListBucket',
    run: listObjectsV2,
  },
  { name: 'HeadBucket', method: 'HEAD', target: 'bucket', action: 's3:ListBucket', run: headBucket },
  {
    name: 'CreateBucket',
    method: 'PUT',
    target: 'bucket',
    action: 's3:CreateBucket',
    withoutBucket: true,
    run: createBucket,
  },
  { name: 'DeleteBucket', method: 'DELETE', target: 'bucket', action: 's3:DeleteBucket', run: deleteBucket },
  { name: 'DeleteObjects', method: 'POST', target: 'bucket', subresource: 'delete', run: deleteObjects },
  { name: 'GetObject', method: 'GET', target: 'object', action: 's3:GetObject', run: getObject },
  { name: 'HeadObject', method: 'HEAD', target: 'object', action: 's3:GetObject', run: getObject },
  {
    name: 'UploadPart',
    method: 'PUT',
    target: 'object',
    subresource: 'uploadId',
    query: ['partNumber'],
    action: 's3:PutObject',
    run: uploadPart,
  },
  {
    name: 'CopyObject',
    method: 'PUT',
    target: 'object',
    header: 'x-amz-copy-source',
    action: 's3:PutObject',
    run: copyObject,
  },
  { name: 'PutObject', method: 'PUT', target: 'object', action: 's3:PutObject', run: putObject },
  {
    name: 'CreateMultipartUpload',
    method: 'POST',
    target: 'object',
    subresource: 'uploads',
    action: 's3:PutObject',
    run: createMultipartUpload,
  },
  {
    name: 'CompleteMultipartUpload',
    method: 'POST',
    target: 'object',
    subresource: 'uploadId',
    action: 's3:PutObject',
    run: completeMultipartUpload,
  },
  {
    name: 'AbortMultipartUpload',
    method: 'DELETE',
    target: 'object',
    subresource: 'uploadId',
    action: 's3:AbortMultipartUpload',
    run: abortMultipartUpload,
  },
  { name: 'DeleteObject', method: 'DELETE', target: 'object', action: 's3:DeleteObject', run: deleteObject },
];

/** `undefined`: S3 may know the call, this endpoint does not. */
export function findOperation(
  method: string,
  target: Operation['target'],
  query: URLSearchParams,
  headers: Record<string, unknown>,
): Operation | undefined {
  const operation = OPERATIONS.find(
    (candidate) =>
      candidate.method === method &&
      candidate.target === target &&
      (candidate.subresource === undefined || query.has(candidate.subresource)) &&
      (candidate.header === undefined || headers[candidate.header] !== undefined),
  );
  if (!operation) return undefined;
  // `x-id` names the operation for the reader of a log; the SDK adds it to every call.
  const known = ['x-id', operation.subresource, ...(operation.query ?? [])];
  return [...query.keys()].every((name) => known.includes(name)) ? operation : undefined;
}
