import { randomUUID } from 'node:crypto';
import { SyncError } from '../errors/syncError';
import { looksLikeS3, notFromS3 } from './s3Error';
import { S3Session } from './session';
import { rootPrefix, type S3Settings } from './settings';

export type S3Need = 'list' | 'get' | 'location' | 'put' | 'delete';

/** What was found out about one permission. */
export interface S3Finding {
  /** The IAM action, for example `s3:ListBucket`. */
  permission: string;
  /** `unknown`: cannot be told without changing something, or without a permission that is missing. */
  ok: boolean | 'unknown';
  message: string;
}

const actions: Record<S3Need, string> = {
  list: 's3:ListBucket',
  get: 's3:GetObject',
  location: 's3:GetBucketLocation',
  put: 's3:PutObject',
  delete: 's3:DeleteObject',
};

/**
 * Tries the permissions that are needed, one finding each in the order asked, with calls that change nothing: deleting
 * is tried with a key that nobody has. Writing stays `unknown`, since a conditional put is a real one on stores that
 * ignore the condition.
 *
 * @throws SyncError for whatever makes all of them moot: wrong keys, no such bucket, no connection; the signal's
 * reason.
 */
export async function checkAccess(
  settings: S3Settings,
  needs: readonly S3Need[],
  signal?: AbortSignal,
): Promise<S3Finding[]> {
  const probe = new Probe(settings, signal);
  try {
    const findings: S3Finding[] = [];
    for (const need of needs) findings.push(await probe.look(need));
    return findings;
  } finally {
    await probe.close();
  }
}

class Probe {
  readonly #settings: S3Settings;
  readonly #signal: AbortSignal | undefined;
  readonly #session: S3Session;
  readonly #root: string;
  #listing: Promise<{ finding: S3Finding; anyKey?: string }> | undefined;

  constructor(settings: S3Settings, signal: AbortSignal | undefined) {
    this.#settings = settings;
    this.#signal = signal;
    this.#session = new S3Session(settings);
    this.#root = rootPrefix(settings);
  }

  close(): Promise<void> {
    return this.#session.close();
  }

  async look(need: S3Need): Promise<S3Finding> {
    if (need === 'list') return (await this.#list()).finding;
    if (need === 'get') return this.#get();
    if (need === 'location') return this.#location();
    if (need === 'delete') return this.#delete();
    return {
      permission: actions.put,
      ok: 'unknown',
      message: `${actions.put} cannot be tried without changing the bucket; it shows at the first write.`,
    };
  }

  #list(): Promise<{ finding: S3Finding; anyKey?: string }> {
    this.#listing ??= this.#tryListing();
    return this.#listing;
  }

  async #tryListing(): Promise<{ finding: S3Finding; anyKey?: string }> {
    const subject = this.#subject('list', this.#root);
    try {
      const page = await this.#session.call(subject, this.#signal, (client, sdk, options) =>
        client.send(
          new sdk.ListObjectsV2Command({ Bucket: subject.bucket, Prefix: this.#root, MaxKeys: 1 }),
          options,
        ),
      );
      if (page.Name === undefined) throw notFromS3(subject);
      const anyKey = page.Contents?.[0]?.Key;
      return {
        finding: allowed('list', anyKey === undefined ? 'Nothing lies below the root path yet.' : ''),
        ...(anyKey !== undefined && { anyKey }),
      };
    } catch (thrown) {
      return { finding: denied('list', thrown) };
    }
  }

  async #get(): Promise<S3Finding> {
    const { finding: listing, anyKey } = await this.#list();
    const subject = this.#subject('get', anyKey ?? this.#keyOfNobody());
    try {
      await this.#session.call(subject, this.#signal, (client, sdk, options) =>
        client.send(new sdk.HeadObjectCommand({ Bucket: subject.bucket, Key: subject.key }), options),
      );
      return allowed('get');
    } catch (thrown) {
      // S3 says "missing" only to those who may list; to others everything missing is forbidden.
      if (thrown instanceof SyncError && thrown.code === 'S3_OBJECT_MISSING') return allowed('get');
      const finding = denied('get', thrown);
      if (listing.ok === true) return finding;
      return {
        ...finding,
        ok: 'unknown',
        message: `Without ${actions.list} nobody can tell whether ${actions.get} is allowed.`,
      };
    }
  }

  async #location(): Promise<S3Finding> {
    const subject = this.#subject('location');
    try {
      const { LocationConstraint, $metadata } = await this.#session.call(
        subject,
        this.#signal,
        (client, sdk, options) =>
          client.send(new sdk.GetBucketLocationCommand({ Bucket: subject.bucket }), options),
      );
      if (LocationConstraint === undefined && !looksLikeS3($metadata)) throw notFromS3(subject);
      // S3's oldest region has no name in this answer.
      return allowed('location', `The bucket is in ${LocationConstraint || 'us-east-1'}.`);
    } catch (thrown) {
      return denied('location', thrown);
    }
  }

  async #delete(): Promise<S3Finding> {
    const subject = this.#subject('delete', this.#keyOfNobody());
    const remove = (VersionId?: string) =>
      this.#session.call(subject, this.#signal, (client, sdk, options) =>
        client.send(
          new sdk.DeleteObjectCommand({
            Bucket: subject.bucket,
            Key: subject.key,
            ...(VersionId !== undefined && { VersionId }),
          }),
          options,
        ),
      );
    try {
      const { DeleteMarker, VersionId } = await remove();
      // A versioned bucket keeps a note even of what was never there; taking it back may need one right more.
      if (DeleteMarker && VersionId) await remove(VersionId).catch(() => undefined);
      return allowed('delete');
    } catch (thrown) {
      return denied('delete', thrown);
    }
  }

  #keyOfNobody(): string {
    return `${this.#root}access-check-${randomUUID()}`;
  }

  #subject(need: S3Need, key?: string): { action: string; bucket: string; key?: string } {
    return { action: actions[need], bucket: this.#settings.bucket, ...(key !== undefined && { key }) };
  }
}

function allowed(need: S3Need, more = ''): S3Finding {
  return { permission: actions[need], ok: true, message: `${actions[need]} works. ${more}`.trim() };
}

/** Passes on everything that is not about this one permission. */
function denied(need: S3Need, thrown: unknown): S3Finding {
  if (thrown instanceof SyncError && thrown.code === 'S3_ACCESS_DENIED') {
    return { permission: actions[need], ok: false, message: thrown.message };
  }
  throw thrown;
}
