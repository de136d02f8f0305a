import { createBlueConicClient } from '../../../src/blueconic/blueconicClient';
import { createBrazeClient } from '../../../src/braze/brazeClient';
import type { HttpClient } from '../../../src/http/httpClient';
import { type Bucket, openBucket } from '../../../src/s3/bucket';
import { checkAccess } from '../../../src/s3/checkAccess';
import { listBuckets } from '../../../src/s3/listBuckets';
import type { S3Settings } from '../../../src/s3/settings';

export type OutsideSystem = 'braze' | 'blueconic' | 's3';

/** Secrets that no error may show. */
export const callSecrets = {
  apiKey: 'matrix-braze-key-Vb61',
  clientSecret: 'matrix-client-secret-Vb62',
  secretAccessKey: 'matrix-s3-secret-Vb63',
  sessionToken: 'matrix-session-token-Vb64',
};

/** Where a call goes and by what it is carried. */
export interface CallPlace {
  url: string;
  http: HttpClient;
  /** Milliseconds of silence after which a call to S3 is tried again. */
  silenceMs: number;
  /** Bytes of an answer of S3 that is no object. */
  maxAnswerBytes: number;
  signal: AbortSignal;
}

/** One kind of call to an outside system, as the product makes it. */
export interface OutsideCall {
  system: OutsideSystem;
  /** Method and path, or the operation's name in S3. */
  name: string;
  /** What the product makes the call for. */
  use: string;
  /** Part of the path of this request and of no other that the call makes. */
  path: string;
  method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  /** Makes the call; resolves with what the caller gets, and throws what the caller is thrown. */
  make(place: CallPlace): Promise<unknown>;
}

const segmentId = 'some-segment';
const updates = JSON.stringify({ attributes: [{ external_id: 'u-1', points: 1 }] });

function braze(
  name: string,
  use: string,
  make: (client: ReturnType<typeof createBrazeClient>, signal: AbortSignal) => Promise<unknown>,
): OutsideCall {
  const [method, path] = name.split(' ') as [OutsideCall['method'], string];
  return {
    system: 'braze',
    name,
    use,
    method,
    path,
    make: ({ url, http, signal }) =>
      make(createBrazeClient({ endpoint: url, apiKey: callSecrets.apiKey, http }), signal),
  };
}

function blueconic(
  name: string,
  use: string,
  make: (client: ReturnType<typeof createBlueConicClient>, signal: AbortSignal) => Promise<unknown>,
): OutsideCall {
  const [method, path] = name.split(' ') as [OutsideCall['method'], string];
  return {
    system: 'blueconic',
    name,
    use,
    method,
    path: `/rest/v2${path.replace('{id}', segmentId)}`,
    make: ({ url, http, signal }) => {
      const { clientSecret } = callSecrets;
      return make(createBlueConicClient({ url, clientId: 'matrix-client', clientSecret, http }), signal);
    },
  };
}

export const bucketName = 'exports';
export const objectKey = 'some/object';
export const objectEtag = '"1"';

function settings({ url, silenceMs, maxAnswerBytes }: CallPlace): S3Settings {
  const { secretAccessKey, sessionToken } = callSecrets;
  return {
    auth: { kind: 'keys', accessKeyId: 'AKIAMATRIX', secretAccessKey, sessionToken },
    endpoint: url,
    region: 'eu-west-1',
    bucket: bucketName,
    checksums: 'required',
    silenceMs,
    maxAnswerBytes,
    resumePauseMs: 1,
  };
}

function onBucket(work: (bucket: Bucket, signal: AbortSignal) => Promise<unknown>) {
  return async (place: CallPlace): Promise<unknown> => {
    const bucket = openBucket(settings(place));
    try {
      return await work(bucket, place.signal);
    } finally {
      await bucket.close();
    }
  };
}

async function all<T>(items: AsyncIterable<T>): Promise<T[]> {
  const list: T[] = [];
  for await (const item of items) list.push(item);
  return list;
}

const s3: OutsideCall[] = [
  {
    name: 'ListObjectsV2',
    use: 'finds the files of an export, and delta files',
    method: 'GET',
    path: `/${bucketName}`,
    make: onBucket((bucket, signal) => all(bucket.list('', signal))),
  },
  {
    name: 'GetObject',
    use: 'reads a file',
    method: 'GET',
    path: objectKey,
    make: onBucket(async (bucket, signal) => {
      const chunks = await all(bucket.open({ key: objectKey, etag: objectEtag, size: 7 }, signal));
      return Buffer.concat(chunks).toString();
    }),
  },
  {
    name: 'PutObject',
    use: 'writes a small object',
    method: 'PUT',
    path: objectKey,
    make: onBucket((bucket, signal) => bucket.put(objectKey, 'content', signal)),
  },
  {
    name: 'DeleteObject',
    use: 'cleans up after an export',
    method: 'DELETE',
    path: objectKey,
    make: onBucket((bucket, signal) => bucket.delete([objectKey], signal)),
  },
  {
    name: 'GetBucketLocation',
    use: 'a check in the dialog',
    method: 'GET',
    path: `/${bucketName}`,
    make: async (place: CallPlace) => {
      const [finding] = await checkAccess(settings(place), ['location'], place.signal);
      return { kind: finding!.ok ? 'done' : 'a finding', finding };
    },
  },
  {
    name: 'ListBuckets',
    use: 'the list of buckets in the dialog',
    method: 'GET',
    path: '/',
    make: (place: CallPlace) => listBuckets(settings(place), place.signal),
  },
].map((call) => ({ system: 's3' as const, ...call }) as OutsideCall);

/** Every call that the product makes to the outside. */
export const outsideCalls: readonly OutsideCall[] = [
  braze('POST /users/track', 'sends changes', (client, signal) => client.track(updates, signal)),
  braze('POST /users/export/segment', 'starts an export', (client, signal) =>
    client.startSegmentExport({ segmentId, fields: ['email'], format: 'gzip' }, signal),
  ),
  braze('POST /export/segment/cancel', 'cancels an export', (client, signal) =>
    client.cancelSegmentExport(segmentId, signal),
  ),
  braze('POST /users/export/ids', 'reads users back', (client, signal) =>
    client.exportUsers({ externalIds: ['u-1'], fields: ['email'] }, signal),
  ),
  braze('GET /segments/list', 'lists of the dialog and of the lookup', (client, signal) =>
    all(client.segments(signal)),
  ),
  braze('GET /segments/details', 'the lookup', (client, signal) => client.segmentDetails(segmentId, signal)),
  braze('GET /segments/data_series', 'the size of a segment', (client, signal) =>
    client.segmentSizes({ segmentId, days: 1 }, signal),
  ),
  braze('GET /campaigns/list', 'lists of the dialog and of the lookup', (client, signal) =>
    all(client.campaigns(signal)),
  ),
  braze('GET /campaigns/details', 'the lookup', (client, signal) =>
    client.campaignDetails('campaign', signal),
  ),
  braze('GET /custom_attributes', 'lists of the dialog and of the lookup', (client, signal) =>
    all(client.customAttributes(signal)),
  ),
  blueconic('POST /oauth/token', 'a token, before any other call', (client, signal) =>
    client.serverTime(signal),
  ),
  blueconic('GET /segments', 'lists of the dialog', (client, signal) => all(client.segments(signal))),
  blueconic('GET /segments/{id}/profiles', 'a page of an export', (client, signal) =>
    client.segmentPage({ segmentId, cursor: '*', count: 10 }, signal),
  ),
  blueconic('PUT /profiles', 'sends changes', (client, signal) =>
    client.putProfiles('[{"identifier":"0"}]', { identifiers: ['0'] }, signal),
  ),
  blueconic('GET /profiles/{id}', 'reads a profile back', (client, signal) =>
    client.profileValues(segmentId, ['email'], signal),
  ),
  blueconic('GET /profileProperties', 'which properties there are', (client, signal) =>
    all(client.profileProperties(signal)),
  ),
  blueconic('PUT /profileProperties/{id}', 'makes a property', (client, signal) =>
    client.createProperty({ id: segmentId, name: 'Some', filterType: 'SELECT' }, signal),
  ),
  ...s3,
];
