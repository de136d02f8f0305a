import type { S3Client } from '@aws-sdk/client-s3';
import type { Dispatcher } from 'undici';
import { createDispatcher } from '../http/proxy';
import { s3Error, toldRegion } from './s3Error';
import { checkSettings, type S3Access, type S3Subject } from './settings';
import { UndiciTransport } from './transport';

type Sdk = typeof import('@aws-sdk/client-s3');

/** Works where AWS has buckets of every region answer with their own region. */
const firstGuess = 'us-east-1';
const connectTimeoutMs = 10_000;

/**
 * On Node 20 the SDK warns of releases to come that will need a newer one. Our dependency range keeps to releases that
 * run on every Node we support, so in an integrator's log the warning would only worry.
 */
function loadSdk(): Promise<Sdk> {
  process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED ??= 'true';
  return import('@aws-sdk/client-s3');
}

/**
 * The SDK's client with what we add to it: loaded on first use (it is by far the heaviest import), one dispatcher
 * for all, the bucket's region learnt from S3's first refusal, every error put into our words.
 */
export class S3Session {
  readonly #access: S3Access;
  readonly #dispatcher: Dispatcher;
  readonly #transport: UndiciTransport;
  /** See `S3Access`. */
  readonly resumePauseMs: number;
  #region: string;
  #client: S3Client | undefined;

  /** @throws SyncError `S3_ENDPOINT_INVALID`, `S3_KEY_MISSING`, `S3_BUCKET_MISSING`, `NET_PROXY_INVALID` */
  constructor(access: S3Access & { bucket?: string }) {
    checkSettings(access);
    this.#access = access;
    this.#region = access.region?.trim() || firstGuess;
    this.resumePauseMs = access.resumePauseMs ?? 200;
    this.#dispatcher = createDispatcher({ connections: 32, connectTimeoutMs });
    this.#transport = new UndiciTransport(this.#dispatcher, {
      silenceMs: access.silenceMs ?? 30_000,
      maxAnswerBytes: access.maxAnswerBytes ?? 64 * 1024 * 1024,
    });
  }

  /**
   * Runs one call. With a wrong region it runs a second time, in the region that S3 named, and stays there.
   *
   * @throws SyncError `S3_*`; the signal's reason.
   */
  async call<T>(
    subject: S3Subject,
    signal: AbortSignal | undefined,
    run: (client: S3Client, sdk: Sdk, options: { abortSignal?: AbortSignal }) => Promise<T>,
  ): Promise<T> {
    for (let first = true; ; first = false) {
      signal?.throwIfAborted();
      const sdk = await loadSdk();
      const region = this.#region;
      try {
        this.#client ??= this.#connect(sdk, region);
        return await run(this.#client, sdk, signal ? { abortSignal: signal } : {});
      } catch (thrown) {
        signal?.throwIfAborted();
        const told = toldRegion(thrown);
        if (!first || told === undefined || told === region) throw s3Error(thrown, subject, this.#access);
        this.#region = told;
        this.#client = undefined;
      }
    }
  }

  /** What S3's clock showed in its last answer, in whole seconds. */
  get serverTime(): Date | undefined {
    return this.#transport.serverTime;
  }

  async close(): Promise<void> {
    await this.#dispatcher.destroy();
  }

  #connect(sdk: Sdk, region: string): S3Client {
    const { auth, endpoint, pathStyle, checksums } = this.#access;
    const when = checksums === 'required' ? 'WHEN_REQUIRED' : 'WHEN_SUPPORTED';
    return new sdk.S3Client({
      region,
      forcePathStyle: pathStyle ?? endpoint !== undefined,
      requestChecksumCalculation: when,
      responseChecksumValidation: when,
      requestHandler: this.#transport,
      ...(endpoint !== undefined && { endpoint }),
      ...(auth.kind === 'keys' && {
        credentials: {
          accessKeyId: auth.accessKeyId.trim(),
          secretAccessKey: auth.secretAccessKey.trim(),
          ...(auth.sessionToken && { sessionToken: auth.sessionToken.trim() }),
        },
      }),
    });
  }
}
