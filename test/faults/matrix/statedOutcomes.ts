/**
 * What becomes of a call that goes wrong, in words that the test of the matrix compares with what happens:
 *
 * - `fails CODE`: ends with this error at once; the same call would fail again, until a setting is changed.
 * - `later CODE`: ends with this error; the same call may succeed later.
 * - `… ×3`: only after so many tries, with pauses. `… mends`: had only the first try gone wrong, nobody would notice.
 * - `done`: counts as done, since nothing of the answer's body is needed.
 *
 * and of the rows of a request that sends changes:
 *
 * - `again, then OUTCOME`: tried again until the deadline, then counted so.
 * - `OUTCOME`: counted so at once.
 * - `ends CODE`: the run ends with this error, and the rows are `unsent`; `again, then ends CODE` after some tries.
 */
export type Stated = string;

export interface StatedOutcomes {
  /** Calls to Braze but `/users/track`. */
  braze: Stated;
  /** Calls to BlueConic but `PUT /profiles`. */
  blueconic: Stated;
  s3: Stated;
  'POST /users/track': Stated;
  'PUT /profiles': Stated;
  /** Calls that differ, by name. */
  but?: Record<string, Stated>;
}

const unavailable: StatedOutcomes = {
  braze: 'later BRAZE_UNAVAILABLE',
  blueconic: 'later BLUECONIC_UNAVAILABLE',
  s3: 'later S3_FAILED ×3 mends',
  'POST /users/track': 'again, then unknown',
  'PUT /profiles': 'again, then unknown',
};
const unreadable: StatedOutcomes = {
  braze: 'later BRAZE_ANSWER_UNREADABLE',
  blueconic: 'later BLUECONIC_ANSWER_UNREADABLE',
  s3: 'later S3_ANSWER_UNREADABLE',
  'POST /users/track': 'unknown',
  'PUT /profiles': 'unknown',
  but: { 'POST /export/segment/cancel': 'done', PutObject: 'done', DeleteObject: 'done' },
};
/** Whoever asks for an id is told that it is the id. */
const idUnknown = {
  'POST /users/export/segment': 'fails BRAZE_SEGMENT_UNKNOWN',
  'POST /export/segment/cancel': 'fails BRAZE_SEGMENT_UNKNOWN',
  'GET /segments/details': 'fails BRAZE_SEGMENT_UNKNOWN',
  'GET /segments/data_series': 'fails BRAZE_SEGMENT_UNKNOWN',
  'GET /campaigns/details': 'fails BRAZE_CAMPAIGN_UNKNOWN',
};

/** By the name of the fault. */
export const statedOutcomes: Record<string, StatedOutcomes> = {
  'no such name': {
    braze: 'fails NET_HOST_UNKNOWN',
    blueconic: 'fails NET_HOST_UNKNOWN',
    s3: 'fails S3_UNREACHABLE',
    'POST /users/track': 'ends NET_HOST_UNKNOWN',
    'PUT /profiles': 'ends NET_HOST_UNKNOWN',
  },
  refused: {
    braze: 'later NET_REFUSED',
    blueconic: 'later NET_REFUSED',
    s3: 'later S3_UNREACHABLE',
    'POST /users/track': 'again, then ends NET_REFUSED',
    'PUT /profiles': 'again, then ends NET_REFUSED',
  },
  'TLS error': {
    braze: 'fails NET_TLS',
    blueconic: 'fails NET_TLS',
    s3: 'fails S3_UNREACHABLE',
    'POST /users/track': 'ends NET_TLS',
    'PUT /profiles': 'ends NET_TLS',
  },
  reset: {
    braze: 'later NET_RESET',
    blueconic: 'later NET_RESET',
    s3: 'later S3_UNREACHABLE ×3 mends',
    'POST /users/track': 'again, then unknown',
    'PUT /profiles': 'again, then unknown',
  },
  hang: {
    braze: 'later NET_TIMEOUT',
    blueconic: 'later NET_TIMEOUT',
    s3: 'later S3_UNREACHABLE ×3 mends',
    'POST /users/track': 'again, then unknown',
    'PUT /profiles': 'again, then unknown',
  },
  'slow body': {
    braze: 'later NET_TIMEOUT',
    blueconic: 'later NET_TIMEOUT',
    s3: 'later S3_UNREACHABLE ×3 mends',
    'POST /users/track': 'again, then unknown',
    'PUT /profiles': 'again, then unknown',
    // A file may take as long as bytes come.
    but: { GetObject: 'done', PutObject: 'done', DeleteObject: 'done' },
  },
  'broken body': {
    braze: 'later NET_TRUNCATED',
    blueconic: 'later NET_TRUNCATED',
    s3: 'later S3_UNREACHABLE ×3 mends',
    'POST /users/track': 'again, then unknown',
    'PUT /profiles': 'again, then unknown',
    but: { GetObject: 'later S3_BODY_BROKEN ×6 mends' },
  },
  'status 400': {
    braze: 'fails BRAZE_REQUEST_REFUSED',
    blueconic: 'fails BLUECONIC_REQUEST_REFUSED',
    s3: 'fails S3_FAILED',
    'POST /users/track': 'rejected',
    'PUT /profiles': 'rejected',
    // The secret is sent another way then.
    but: { ...idUnknown, 'POST /oauth/token': 'fails BLUECONIC_CLIENT_REJECTED ×2 mends' },
  },
  'status 401': {
    braze: 'fails BRAZE_KEY_REJECTED',
    // With a new token.
    blueconic: 'fails BLUECONIC_TOKEN_REJECTED ×2 mends',
    s3: 'fails S3_ACCESS_DENIED',
    'POST /users/track': 'ends BRAZE_KEY_REJECTED',
    'PUT /profiles': 'ends BLUECONIC_TOKEN_REJECTED',
    but: {
      'POST /oauth/token': 'fails BLUECONIC_CLIENT_REJECTED ×2 mends',
      GetBucketLocation: 'a finding',
    },
  },
  'status 403': {
    braze: 'fails BRAZE_PERMISSION_MISSING',
    blueconic: 'fails BLUECONIC_SCOPE_MISSING',
    s3: 'fails S3_ACCESS_DENIED',
    'POST /users/track': 'ends BRAZE_PERMISSION_MISSING',
    'PUT /profiles': 'ends BLUECONIC_SCOPE_MISSING',
    but: { 'POST /oauth/token': 'fails BLUECONIC_CLIENT_REJECTED', GetBucketLocation: 'a finding' },
  },
  'status 404': {
    braze: 'fails BRAZE_URL_WRONG',
    blueconic: 'fails BLUECONIC_URL_WRONG',
    s3: 'fails S3_BUCKET_UNKNOWN',
    'POST /users/track': 'ends BRAZE_URL_WRONG',
    'PUT /profiles': 'ends BLUECONIC_URL_WRONG',
    but: {
      ...idUnknown,
      'GET /segments/{id}/profiles': 'fails BLUECONIC_SEGMENT_UNKNOWN',
      // There is no such profile.
      'GET /profiles/{id}': 'done',
      GetObject: 'fails S3_OBJECT_MISSING',
      ListBuckets: 'later S3_ANSWER_UNREADABLE',
    },
  },
  'status 408': { ...unavailable, s3: 'later S3_BUSY' },
  'status 413': {
    braze: 'fails BRAZE_REQUEST_REFUSED',
    blueconic: 'fails BLUECONIC_REQUEST_REFUSED',
    s3: 'fails S3_FAILED',
    // Once a request has been halved until its user is alone.
    'POST /users/track': 'rejected',
    'PUT /profiles': 'rejected',
    but: { 'POST /oauth/token': 'fails BLUECONIC_URL_WRONG' },
  },
  'status 415': {
    braze: 'fails BRAZE_REQUEST_REFUSED',
    blueconic: 'fails BLUECONIC_REQUEST_REFUSED',
    s3: 'fails S3_FAILED',
    'POST /users/track': 'ends BRAZE_REQUEST_REFUSED',
    'PUT /profiles': 'rejected',
    but: { 'POST /oauth/token': 'fails BLUECONIC_URL_WRONG' },
  },
  'status 429': {
    braze: 'later BRAZE_THROTTLED',
    blueconic: 'later BLUECONIC_THROTTLED',
    s3: 'later S3_BUSY ×3 mends',
    'POST /users/track': 'again, then rejected',
    'PUT /profiles': 'again, then rejected',
    but: { 'POST /users/export/segment': 'later BRAZE_EXPORT_RUNNING' },
  },
  'status 500': unavailable,
  'status 502': unavailable,
  'status 503': { ...unavailable, s3: 'later S3_BUSY ×3 mends' },
  'status 504': unavailable,
  'empty body': {
    ...unreadable,
    but: {
      ...unreadable.but,
      GetObject: 'later S3_BODY_BROKEN ×6 mends',
      // How S3 names its oldest region.
      GetBucketLocation: 'done',
    },
  },
  HTML: {
    braze: 'fails BRAZE_URL_WRONG',
    blueconic: 'fails BLUECONIC_URL_WRONG',
    s3: 'later S3_ANSWER_UNREADABLE',
    'POST /users/track': 'unknown',
    'PUT /profiles': 'unknown',
  },
  'another form': { ...unreadable, but: { ...unreadable.but, GetBucketLocation: 'done' } },
  truncated: { ...unreadable, but: { ...unreadable.but, GetObject: 'later S3_BODY_BROKEN ×6 mends' } },
  redirect: {
    braze: 'fails BRAZE_URL_WRONG',
    blueconic: 'fails BLUECONIC_URL_WRONG',
    s3: 'fails S3_REGION_WRONG',
    'POST /users/track': 'ends BRAZE_URL_WRONG',
    'PUT /profiles': 'ends BLUECONIC_URL_WRONG',
  },
  'gigantic body': {
    braze: 'later NET_ANSWER_TOO_LARGE',
    blueconic: 'later NET_ANSWER_TOO_LARGE',
    s3: 'later S3_ANSWER_UNREADABLE',
    'POST /users/track': 'again, then unknown',
    'PUT /profiles': 'again, then unknown',
  },
};

/** The two calls whose rows are counted, and are run through whole goals therefore. */
export const sinkCalls = ['POST /users/track', 'PUT /profiles'] as const;

export function statedFor(
  fault: string,
  { name, system }: { name: string; system: 'braze' | 'blueconic' | 's3' },
): Stated {
  const stated = statedOutcomes[fault];
  if (!stated) throw new Error(`Nothing is stated of "${fault}".`);
  const sink = sinkCalls.find((call) => call === name);
  return sink ? stated[sink] : (stated.but?.[name] ?? stated[system]);
}
