import type { SandboxHandler, SandboxReply, SandboxRequest } from '../server';
import { authenticate, type Caller } from './authentication';
import { type Endpoint, newRequestId, S3Call, xmlReply } from './call';
import { findOperation, type Operation } from './operations';
import { S3Error } from './s3Error';
import { decodePath } from './signature';
import { errorDocument } from './xml';

/** The handler of a path-style S3 endpoint: `/bucket/key`. */
export function handleS3(endpoint: Endpoint): SandboxHandler {
  return async (request) => {
    const requestId = newRequestId();
    let reply: SandboxReply;
    try {
      reply = await answer(endpoint, request);
    } catch (thrown) {
      if (!(thrown instanceof S3Error)) throw thrown;
      reply = refusal(thrown, request.path, requestId);
    }
    const bucketName = request.path.split('/', 2)[1] ?? '';
    return {
      ...reply,
      headers: {
        ...reply.headers,
        'x-amz-request-id': requestId,
        ...(endpoint.store.has(bucketName) && { 'x-amz-bucket-region': endpoint.region }),
      },
    };
  };
}

/** Groups paths for the call counts. */
export function s3CallName(_method: string, path: string): string {
  const [bucketName, key] = splitPath(path);
  if (bucketName === '') return '/';
  return key === '' ? '/{bucket}' : '/{bucket}/{key}';
}

/** S3's order: who, which region, what, is there such a bucket, may they. */
async function answer(endpoint: Endpoint, request: SandboxRequest): Promise<SandboxReply> {
  const caller = authenticate(request, endpoint.keys(), Date.now());
  const [bucketPart, keyPart] = splitPath(request.path);
  const bucketName = decodePath(bucketPart);
  const key = decodePath(keyPart);
  const target = bucketName === '' ? 'service' : key === '' ? 'bucket' : 'object';
  const operation = findOperation(request.method, target, request.query, request.headers);
  if (!operation?.anyRegion) requireRegion(endpoint.region, caller);
  if (!operation) throw notKnown(request, target);
  const call = new S3Call(endpoint, request, caller, bucketName, key);
  if (!operation.withoutBucket) endpoint.store.bucket(bucketName);
  if (operation.action) call.require(operation.action);
  return operation.run(call);
}

/** Without a body a HEAD has only the `x-amz-bucket-region` header to tell the region with, as in S3. */
function requireRegion(region: string, caller: Caller): void {
  if (caller.region === region) return;
  throw new S3Error(
    'AuthorizationHeaderMalformed',
    `The authorization header is malformed; the region '${caller.region}' is wrong; expecting '${region}'`,
    { Region: region },
  );
}

function notKnown(request: SandboxRequest, target: Operation['target']): S3Error {
  if (target === 'service') return new S3Error('MethodNotAllowed', undefined, { Method: request.method });
  return new S3Error('NotImplemented');
}

function refusal(error: S3Error, resource: string, requestId: string): SandboxReply {
  const body = errorDocument({
    Code: error.code,
    Message: error.message,
    ...error.details,
    Resource: resource,
    RequestId: requestId,
  });
  return xmlReply(body, error.status);
}

/** Bucket and key, still percent-encoded. */
function splitPath(path: string): [string, string] {
  const slash = path.indexOf('/', 1);
  return slash < 0 ? [path.slice(1), ''] : [path.slice(1, slash), path.slice(slash + 1)];
}
