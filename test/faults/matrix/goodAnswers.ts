import { bucketName, type OutsideCall, objectEtag } from './outsideCalls';

export interface GoodAnswer {
  headers: Record<string, string>;
  body: string;
}

const xmlHead = '<?xml version="1.0" encoding="UTF-8"?>';

/** What a working server answers to each call of the matrix. */
const answers: Record<string, object | string> = {
  'POST /users/track': { message: 'success', attributes_processed: 1 },
  'POST /users/export/segment': { message: 'success', object_prefix: 'some-prefix' },
  'POST /export/segment/cancel': { message: 'success' },
  'POST /users/export/ids': { message: 'success', users: [{ external_id: 'u-1' }] },
  'GET /segments/list': { message: 'success', segments: [{ id: 'a', name: 'A' }] },
  'GET /segments/details': { message: 'success', name: 'A' },
  'GET /segments/data_series': { message: 'success', data: [{ time: '2026-01-01', size: 1 }] },
  'GET /campaigns/list': { message: 'success', campaigns: [{ id: 'a', name: 'A' }] },
  'GET /campaigns/details': { message: 'success', name: 'A' },
  'GET /custom_attributes': { message: 'success', attributes: [{ name: 'points' }] },
  'POST /oauth/token': { access_token: 'a-token', token_type: 'Bearer', expires_in: 3600 },
  'GET /segments': { totalResults: 1, segments: [{ id: 'a', name: 'A' }] },
  'GET /segments/{id}/profiles': { profiles: [{ profileId: 'p-1' }] },
  'PUT /profiles': [{ identifier: '0', state: 'MODIFIED', profileId: 'p-1' }],
  'GET /profiles/{id}': { id: 'p-1', properties: [{ id: 'email', values: ['a@b.example'] }] },
  'GET /profileProperties': { totalResults: 1, profileProperties: [{ id: 'email', name: 'E-mail' }] },
  'PUT /profileProperties/{id}': { id: 'some-segment', name: 'Some' },
  ListObjectsV2: `${xmlHead}<ListBucketResult><Name>${bucketName}</Name><KeyCount>0</KeyCount><IsTruncated>false</IsTruncated></ListBucketResult>`,
  GetObject: 'content',
  PutObject: '',
  DeleteObject: '',
  GetBucketLocation: `${xmlHead}<LocationConstraint>eu-west-1</LocationConstraint>`,
  ListBuckets: `${xmlHead}<ListAllMyBucketsResult><Buckets><Bucket><Name>${bucketName}</Name></Bucket></Buckets></ListAllMyBucketsResult>`,
};

export function goodAnswer({ name, system }: OutsideCall): GoodAnswer {
  const answer = answers[name]!;
  if (typeof answer === 'object') {
    return { headers: { 'content-type': 'application/json' }, body: JSON.stringify(answer) };
  }
  const type = answer.startsWith('<') ? 'application/xml' : 'application/octet-stream';
  return {
    headers: {
      'content-type': type,
      ...(system === 's3' && { etag: objectEtag, 'x-amz-request-id': 'ABC' }),
    },
    body: answer,
  };
}
