import { z } from 'zod';
import type { ControlRoute } from '../part';
import type { SandboxHandler, SandboxReply, SandboxRequest } from '../server';
import { S3_ACTIONS } from './authentication';
import { S3Error } from './s3Error';
import type { S3Sandbox } from './s3Sandbox';

const KEYS = z
  .array(
    z.strictObject({
      accessKeyId: z.string().min(1),
      secretAccessKey: z.string().min(1),
      sessionToken: z.string().min(1).optional(),
      deny: z.array(z.enum(S3_ACTIONS)).optional(),
    }),
  )
  .min(1);
const NEW_BUCKET = z.strictObject({ name: z.string() });
const PLACE = z.object({ bucket: z.string().min(1), key: z.string().min(1) });
const NEW_PLACE = PLACE.extend({ lastModified: z.iso.datetime({ offset: true }).optional() });
const BELOW = z.object({ bucket: z.string().min(1), prefix: z.string().default('') });

/**
 * The control routes of the S3 part. What S3 itself refuses (an unknown bucket, a bad name) is answered with S3's
 * status and `{message}`; what does not fit the route is thrown, as every control route does.
 */
export function s3Control(
  sandbox: Pick<S3Sandbox, 'put' | 'get' | 'list' | 'delete' | 'createBucket' | 'setKeys' | 'calls'>,
): ControlRoute[] {
  return [
    {
      method: 'PUT',
      path: '/s3/object',
      about:
        'Stores the raw body: ?bucket&key[&lastModified=ISO time]; content-type, content-encoding are kept.',
      handle: guarded(async (request) => {
        const { bucket, key, lastModified } = NEW_PLACE.parse(Object.fromEntries(request.query));
        const { etag } = sandbox.put(bucket, key, await request.body(), {
          contentType: request.headers['content-type'],
          contentEncoding: request.headers['content-encoding'],
          lastModified: lastModified === undefined ? undefined : new Date(lastModified),
        });
        return { status: 201, body: { etag } };
      }),
    },
    {
      method: 'GET',
      path: '/s3/object',
      about: 'The bytes of one object: ?bucket&key',
      handle: guarded((request) => {
        const { bucket, key } = PLACE.parse(Object.fromEntries(request.query));
        const object = sandbox.get(bucket, key);
        if (!object) throw new S3Error('NoSuchKey');
        return { status: 200, headers: { ...object.headers }, body: object.bytes };
      }),
    },
    {
      method: 'DELETE',
      path: '/s3/object',
      about: 'Deletes one object: ?bucket&key',
      handle: guarded((request) => {
        const { bucket, key } = PLACE.parse(Object.fromEntries(request.query));
        if (!sandbox.delete(bucket, key)) throw new S3Error('NoSuchKey');
        return { status: 204 };
      }),
    },
    {
      method: 'GET',
      path: '/s3/objects',
      about: 'Lists key, size, etag, lastModified: ?bucket[&prefix]',
      handle: guarded((request) => {
        const { bucket, prefix } = BELOW.parse(Object.fromEntries(request.query));
        return { status: 200, body: sandbox.list(bucket, prefix) };
      }),
    },
    {
      method: 'POST',
      path: '/s3/buckets',
      about: 'Creates a bucket: {"name": "..."}',
      handle: guarded(async (request) => {
        const { name } = NEW_BUCKET.parse(await json(request));
        sandbox.createBucket(name);
        return { status: 201, body: { name } };
      }),
    },
    {
      method: 'POST',
      path: '/s3/keys',
      about: 'Replaces all keys: [{accessKeyId, secretAccessKey, sessionToken?, deny?: ["s3:ListBucket"]}]',
      handle: guarded(async (request) => {
        const keys = KEYS.parse(await json(request));
        sandbox.setKeys(keys);
        return { status: 200, body: { keys: keys.length } };
      }),
    },
    {
      method: 'GET',
      path: '/s3/calls',
      about: 'How often each call was made and how it was answered.',
      handle: () => ({ status: 200, body: sandbox.calls }),
    },
  ];
}

function guarded(handle: SandboxHandler): SandboxHandler {
  return async (request): Promise<SandboxReply> => {
    try {
      return await handle(request);
    } catch (thrown) {
      if (thrown instanceof S3Error) return { status: thrown.status, body: { message: thrown.message } };
      throw thrown;
    }
  };
}

async function json(request: SandboxRequest): Promise<unknown> {
  return JSON.parse((await request.body()).toString());
}
