/**
 * The one error type of the product. Its message is made for a person: what happened, to what, and why;
 * `advice` says what to do next. Neither may ever carry a secret or personal data.
 */
export class SyncError extends Error {
  override readonly name = 'SyncError';
  /** Stable, upper-case, made of the system and the fault: `BRAZE_KEY_REJECTED`, `S3_BUCKET_UNKNOWN`. */
  readonly code: string;
  /** What a person should do next; one sentence. */
  readonly advice: string;
  /** `never`: only a changed setting helps. `later`: the same call may succeed after a wait. */
  readonly retry: 'never' | 'later';
  /** HTTP status, where an answer was the cause. */
  readonly status?: number;
  /** How long the other side asked us to wait, in milliseconds. */
  readonly retryAfterMs?: number;
  /** False where nothing was done for certain, true where the other side may have done the work already. */
  readonly maybeApplied: boolean;

  constructor(fields: {
    code: string;
    message: string;
    advice: string;
    retry?: 'never' | 'later';
    status?: number;
    retryAfterMs?: number;
    maybeApplied?: boolean;
  }) {
    super(`${fields.message} ${fields.advice}`.trim());
    this.code = fields.code;
    this.advice = fields.advice;
    this.retry = fields.retry ?? 'never';
    this.maybeApplied = fields.maybeApplied ?? false;
    if (fields.status !== undefined) this.status = fields.status;
    if (fields.retryAfterMs !== undefined) this.retryAfterMs = fields.retryAfterMs;
  }
}

/** Turns whatever was thrown into a SyncError, keeping one that already is. Unknown errors lose their detail on purpose. */
export function asSyncError(thrown: unknown, doing: string): SyncError {
  if (thrown instanceof SyncError) return thrown;
  const kind = thrown instanceof Error ? thrown.name : typeof thrown;
  return new SyncError({
    code: 'UNEXPECTED',
    message: `Something unexpected (${kind}) happened while ${doing}.`,
    advice: 'This is a fault in the package: please report it with the code and the run id.',
    // Nobody knows how far it got.
    maybeApplied: true,
  });
}
