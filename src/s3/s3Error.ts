import { SyncError } from '../errors/syncError';
import type { S3Access, S3Subject } from './settings';
import { TransportFault } from './transport';

/** What the SDK's exceptions hold beyond an `Error`; the elements of S3's error document become properties. */
interface Refusal {
  name: string;
  message: string;
  Region?: unknown;
  $metadata?: { httpStatusCode?: number };
  $response?: { headers?: Record<string, string> };
}

/** The part of the SDK's `$metadata` that is looked at. */
interface ResponseMetadata {
  httpStatusCode?: number | undefined;
  requestId?: string | undefined;
}

interface Verdict {
  code: string;
  message: string;
  advice: string;
  retry?: 'never' | 'later';
}

/** The region that S3 says the bucket is in, where its refusal tells. */
export function toldRegion(thrown: unknown): string | undefined {
  const refusal = thrown as Refusal | undefined;
  const told = refusal?.Region ?? refusal?.$response?.headers?.['x-amz-bucket-region'];
  return typeof told === 'string' && /^[a-z0-9-]{2,40}$/.test(told) ? told : undefined;
}

/**
 * Puts what the SDK threw into our words: which bucket and key, which setting is wrong, what to do. S3's own message
 * is left out, as some quote the key ID and the signed request.
 */
export function s3Error(thrown: unknown, subject: S3Subject, access: S3Access): SyncError {
  if (thrown instanceof SyncError) return thrown;
  if (thrown instanceof TransportFault) {
    const { fault } = thrown;
    return fault.code === 'NET_ANSWER_TOO_LARGE' ? notFromS3(subject) : unreachable(fault, subject);
  }
  const refusal = thrown as Refusal;
  const status = refusal.$metadata?.httpStatusCode;
  const verdict = judge(refusal, status, place(subject), subject, access);
  return new SyncError({
    ...verdict,
    ...(status !== undefined && { status }),
    maybeApplied: status !== undefined && status >= 500 && changing.test(subject.action),
  });
}

/** The actions after which something in the bucket is different. */
const changing = /^s3:(Put|Delete)Object$/;

function judge(
  { name, message }: Refusal,
  status: number | undefined,
  where: string,
  subject: S3Subject,
  access: S3Access,
): Verdict {
  switch (name) {
    case 'InvalidAccessKeyId':
      return keyUnknown(where);
    case 'SignatureDoesNotMatch':
      return {
        code: 'S3_SECRET_WRONG',
        message: `S3 refused ${where}: the secret access key does not belong to the access key ID.`,
        advice: 'Enter the secret access key again, without spaces or line breaks.',
      };
    case 'ExpiredToken':
    case 'ExpiredTokenException':
    case 'TokenRefreshRequired':
      return {
        code: 'S3_TOKEN_EXPIRED',
        message: `S3 refused ${where}: the session token has expired.`,
        advice: 'Enter new temporary credentials, or use keys that do not expire or a role.',
      };
    case 'InvalidToken':
    case 'InvalidTokenId':
      return {
        code: 'S3_TOKEN_WRONG',
        message: `S3 refused ${where}: the session token does not belong to the keys.`,
        advice:
          'Enter the three values of the same temporary credentials, or leave the token empty for lasting keys.',
      };
    case 'CredentialsProviderError':
    case 'TokenProviderError':
    case 'ProviderError':
      return {
        code: 'S3_CREDENTIALS_MISSING',
        message: "AWS's credential chain found no credentials on this machine.",
        advice: 'Give the machine or container a role, or enter an access key in the S3 settings.',
      };
    case 'NoSuchBucket':
      return bucketUnknown(where);
    case 'InvalidBucketName':
      return {
        code: 'S3_BUCKET_NAME_INVALID',
        message: `There can be no such bucket: S3 does not allow the name of ${where}.`,
        advice: 'Choose the bucket from the list.',
      };
    case 'NoSuchKey':
      return objectMissing(where);
    case 'InvalidObjectState':
      return {
        code: 'S3_OBJECT_ARCHIVED',
        message: `S3 keeps ${where} in an archive and cannot give it out at once.`,
        advice: 'Restore the object, and have the life-cycle rule archive exports later.',
      };
    case 'PreconditionFailed':
      return objectChanged(where);
    case 'AuthorizationHeaderMalformed':
      // The same code also stands for an access key ID that is none.
      if (!/region/i.test(message)) return keyUnknown(where);
      return regionWrong(where, access);
    case 'PermanentRedirect':
    case 'IllegalLocationConstraintException':
    case 'InvalidRegion':
    case 'InvalidRegionError':
      return regionWrong(where, access);
    case 'RequestTimeTooSkewed':
    case 'RequestExpired':
    case 'RequestInTheFuture':
      return {
        code: 'S3_CLOCK_SKEWED',
        message: `S3 refused ${where}: the clock of this machine is wrong by more than fifteen minutes.`,
        advice: 'Set the clock, best by NTP.',
        retry: 'later',
      };
    case 'SlowDown':
    case 'RequestTimeout':
    case 'ServiceUnavailable':
    case 'TooManyRequestsException':
      return busy(where, status);
  }
  return judgeByStatus(name, status, where, subject, access);
}

/** For answers without S3's error document: those to HEAD, and those of proxies and other stores. */
function judgeByStatus(
  name: string,
  status: number | undefined,
  where: string,
  subject: S3Subject,
  access: S3Access,
): Verdict {
  if (name === 'AccessDenied' || status === 401 || status === 403) {
    return {
      code: 'S3_ACCESS_DENIED',
      message: `S3 does not allow these credentials ${subject.action} on ${where}.`,
      advice: `Add ${subject.action} for it to the IAM policy of the user or role, and look for a bucket policy or encryption key that forbids it.`,
    };
  }
  if (status === 301 || status === 307) return regionWrong(where, access);
  if (status === 404 && subject.bucket === undefined) return unreadable(where, ' (404)');
  // Nobody misses the object that is to be written or deleted, or the prefix of a listing.
  if (status === 404 && subject.action !== 's3:GetObject') return bucketUnknown(where);
  if (status === 404) return objectMissing(where);
  if (status === 412) return objectChanged(where);
  if (status === 408 || status === 429 || status === 503) return busy(where, status);
  const known = /^[A-Za-z][A-Za-z0-9]{2,60}$/.test(name) && name !== 'Error' ? ` (${name})` : '';
  if (status !== undefined && status >= 300) {
    return {
      code: 'S3_FAILED',
      message: `S3 answered ${status}${known} for ${where}.`,
      advice:
        status >= 500
          ? 'It will be tried again.'
          : 'Check the S3 settings, endpoint and path style above all.',
      retry: status >= 500 ? 'later' : 'never',
    };
  }
  return unreadable(where, known);
}

function unreachable(fault: SyncError, subject: S3Subject): SyncError {
  const reason = fault.message.slice(0, -fault.advice.length).trim();
  const setting = wrongAddress.test(fault.code)
    ? ' In the S3 settings that is the endpoint, or the region.'
    : '';
  return new SyncError({
    code: 'S3_UNREACHABLE',
    message: `S3 cannot be reached for ${place(subject)}. ${reason}`,
    advice: fault.advice + setting,
    retry: fault.retry,
    // The transport cannot see whether a request left, so whatever may have left counts as left.
    maybeApplied: mayHaveLeft.test(fault.code),
  });
}

const wrongAddress = /^NET_(HOST_UNKNOWN|REFUSED|UNREACHABLE|NOT_HTTP)$/;
const mayHaveLeft = /^NET_(RESET|TRUNCATED|TIMEOUT|NOT_HTTP|CLOSED)$/;

/** For answers that came with 200 but lack what S3 never leaves out, as the log-in page of a network does. */
export function notFromS3(subject: S3Subject): SyncError {
  return new SyncError(unreadable(place(subject), ''));
}

/** For answers in which S3 need not say anything: it still numbers them, or says by their status that they are empty. */
export function looksLikeS3({ httpStatusCode, requestId }: ResponseMetadata): boolean {
  return httpStatusCode === 204 || requestId !== undefined;
}

/** The bucket and key of a call, for messages. */
export function place({ bucket, key }: S3Subject): string {
  if (bucket === undefined) return 'the list of buckets';
  return key ? `bucket "${bucket}", key ${JSON.stringify(key.slice(0, 300))}` : `bucket "${bucket}"`;
}

export function objectChanged(where: string): Verdict {
  return {
    code: 'S3_OBJECT_CHANGED',
    message: `${where} was replaced by another version while it was read.`,
    advice: 'Start the run again, so that it reads the new version from its beginning.',
  };
}

function keyUnknown(where: string): Verdict {
  return {
    code: 'S3_KEY_UNKNOWN',
    message: `S3 refused ${where}: it does not know the access key ID.`,
    advice:
      'Check the access key ID in the S3 settings, and that it was neither deleted nor meant for another store.',
  };
}

function bucketUnknown(where: string): Verdict {
  return {
    code: 'S3_BUCKET_UNKNOWN',
    message: `There is no ${where}.`,
    advice: 'Choose the bucket from the list, and check endpoint and path style of S3-compatible stores.',
  };
}

function objectMissing(where: string): Verdict {
  return {
    code: 'S3_OBJECT_MISSING',
    message: `There is no object in ${where}.`,
    advice: 'It may have been deleted or moved: start the run again.',
  };
}

function regionWrong(where: string, access: S3Access): Verdict {
  const region = access.region?.trim();
  return {
    code: 'S3_REGION_WRONG',
    message: `${where} is not in the region ${region ? `"${region}"` : 'tried, as the settings name none'}.`,
    advice: 'Enter the region that the AWS console shows for the bucket.',
  };
}

function busy(where: string, status: number | undefined): Verdict {
  return {
    code: 'S3_BUSY',
    message: `S3 has too much to do for ${where}${status === undefined ? '' : ` (${status})`}.`,
    advice: 'It will be tried again.',
    retry: 'later',
  };
}

function unreadable(where: string, detail: string): Verdict {
  return {
    code: 'S3_ANSWER_UNREADABLE',
    message: `What came back for ${where} is not an answer of S3${detail}.`,
    advice: 'Check the endpoint in the S3 settings, and whether a proxy answers in its place.',
    retry: 'later',
  };
}
