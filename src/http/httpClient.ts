/** One HTTP call. Bodies are strings or bytes; the caller sets the content type. */
export interface HttpCall {
  method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  /** Absolute URL. */
  url: string;
  headers?: Record<string, string>;
  body?: string | Buffer;
  /** From the start of the call to the last byte of the answer. Default: the client's. */
  timeoutMs?: number;
  signal?: AbortSignal;
}

export interface HttpAnswer {
  status: number;
  /** Names in lower case. */
  headers: Record<string, string>;
  /** The whole body, decompressed. */
  body: Buffer;
}

/**
 * How the product talks HTTP to Braze and BlueConic. `send` resolves for every answer, whatever its status, and
 * throws a `SyncError` only where there is none: `NET_*` codes, with `maybeApplied` telling whether the other side
 * may have processed the call. Redirects are never followed: they come back as the answer they are.
 */
export interface HttpClient {
  send(call: HttpCall): Promise<HttpAnswer>;
  close(): Promise<void>;
}
