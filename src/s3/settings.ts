import { SyncError } from '../errors/syncError';

/** How a bucket is reached. */
export interface S3Access {
  /** `chain`: AWS's own search (environment, shared files, SSO, container or instance role). */
  auth:
    | { kind: 'keys'; accessKeyId: string; secretAccessKey: string; sessionToken?: string }
    | { kind: 'chain' };
  /** Empty or wrong is fine wherever S3 tells the right one. */
  region?: string;
  /** Absolute URL of an S3-compatible store; absent: AWS. */
  endpoint?: string;
  /** Bucket in the path instead of in the host name. Default: only with an endpoint of its own. */
  pathStyle?: boolean;
  /** `required`: checksums only where S3 insists, as many S3-compatible stores need it. */
  checksums: 'required' | 'supported';
  /** The longest silence of S3 in milliseconds before a call is tried again. Default 30,000. */
  silenceMs?: number;
  /** Of an answer that is no object, a page of a listing above all. Default 64 MiB. */
  maxAnswerBytes?: number;
  /** Before a download that broke off is resumed, in milliseconds; doubled with each break in a row. Default 200. */
  resumePauseMs?: number;
}

export interface S3Settings extends S3Access {
  bucket: string;
  /** Everything lies below it; slashes at its ends do not matter. */
  rootPath?: string;
}

/** What a call was about, for its errors. */
export interface S3Subject {
  /** The IAM action that the call needs. */
  action: string;
  bucket?: string;
  /** Key or key prefix, as it is in the bucket. */
  key?: string;
}

/** Empty, or ending in a slash. */
export function rootPrefix(settings: Pick<S3Settings, 'rootPath'>): string {
  const path = (settings.rootPath ?? '').replace(/^\/+|\/+$/g, '');
  return path === '' ? '' : `${path}/`;
}

/** @throws SyncError `S3_ENDPOINT_INVALID`, `S3_KEY_MISSING`, `S3_BUCKET_MISSING` */
export function checkSettings(settings: S3Access & { bucket?: string }): void {
  const { endpoint, auth } = settings;
  if (endpoint !== undefined && !(URL.canParse(endpoint) && /^https?:\/\//i.test(endpoint))) {
    throw new SyncError({
      code: 'S3_ENDPOINT_INVALID',
      message: 'The endpoint in the S3 settings is not an absolute http or https URL.',
      advice: 'Leave it empty for AWS, or enter something like https://s3.example.org.',
    });
  }
  if (auth.kind === 'keys' && (auth.accessKeyId.trim() === '' || auth.secretAccessKey.trim() === '')) {
    throw new SyncError({
      code: 'S3_KEY_MISSING',
      message: 'The S3 settings lack the access key ID or the secret access key.',
      advice: "Enter both, or choose AWS's own credential chain.",
    });
  }
  if (settings.bucket?.trim() === '') {
    throw new SyncError({
      code: 'S3_BUCKET_MISSING',
      message: 'The S3 settings name no bucket.',
      advice: 'Choose the bucket.',
    });
  }
}
