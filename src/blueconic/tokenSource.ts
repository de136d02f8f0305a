import { z } from 'zod';
import { SyncError } from '../errors/syncError';
import type { HttpAnswer, HttpClient } from '../http/httpClient';
import {
  answerUnreadable,
  askedWaitMs,
  clientRejected,
  isWebPage,
  jsonOf,
  scopeMissing,
  throttled,
  unavailable,
  urlWrong,
} from './errors';

/** Access tokens of one application, asked for when needed and kept while they are good. */
export interface TokenSource {
  /** A token that should be good. However many ask at once, one request is made. */
  token(signal: AbortSignal): Promise<string>;
  /** Forgets the token after a 401, unless another one has taken its place already. */
  invalidate(token: string): void;
}

type Login = 'body' | 'basic';

interface Refresh {
  token: Promise<string>;
  /** How many callers wait for it; without any it is given up. */
  waiting: number;
  /** One promise and one listener per signal, since many callers share the signal of their run. */
  stops: Map<AbortSignal, { stopped: Promise<never>; stopListening: () => void }>;
  giveUp: AbortController;
}

const path = '/rest/v2/oauth/token';
const call = `POST ${path}`;
/** The time out that BlueConic's own client uses (contracts: blueconic 3.1). */
const timeoutMs = 30_000;
/** A token is replaced after this share of its life. */
const usedShare = 0.9;

const granted = z.object({
  access_token: z.string().regex(/^[\x21-\x7e]+$/),
  token_type: z
    .string()
    .regex(/^bearer$/i)
    .nullish(),
  expires_in: z.coerce.number().positive().catch(3600),
});
const denied = z.object({ error: z.string() });

/**
 * Client credentials flow (contracts: blueconic 3.2): id and secret in the body, as documented; where that is refused,
 * once more as HTTP Basic, as BlueConic's own client sends them. What worked is used first from then on. No scope is
 * asked for: scopes belong to the application.
 *
 * Errors, all with `maybeApplied` false: BLUECONIC_CLIENT_REJECTED, BLUECONIC_SCOPE_MISSING, BLUECONIC_URL_WRONG,
 * BLUECONIC_THROTTLED, BLUECONIC_UNAVAILABLE, BLUECONIC_ANSWER_UNREADABLE, and the HTTP client's own.
 */
export function createTokenSource(options: {
  /** `https://host`, see tenantUrl. */
  url: string;
  clientId: string;
  clientSecret: string;
  http: HttpClient;
  /** Epoch milliseconds. */
  now?: () => number;
}): TokenSource {
  const { url, clientId, clientSecret, http, now = Date.now } = options;
  const { host } = new URL(url);
  let login: Login = 'body';
  let held: { token: string; goodUntil: number } | undefined;
  let refresh: Refresh | undefined;

  async function ask(how: Login, signal: AbortSignal): Promise<HttpAnswer> {
    const form = new URLSearchParams({ grant_type: 'client_credentials' });
    const headers: Record<string, string> = { 'content-type': 'application/x-www-form-urlencoded' };
    if (how === 'body') {
      form.set('client_id', clientId);
      form.set('client_secret', clientSecret);
    } else {
      const pair = `${encodeURIComponent(clientId)}:${encodeURIComponent(clientSecret)}`;
      headers.authorization = `Basic ${Buffer.from(pair).toString('base64')}`;
    }
    try {
      return await http.send({
        method: 'POST',
        url: `${url}${path}`,
        headers,
        body: `${form}`,
        timeoutMs,
        signal,
      });
    } catch (thrown) {
      throw nothingApplied(thrown);
    }
  }

  async function renew(signal: AbortSignal): Promise<string> {
    const asked = now();
    let answer = await ask(login, signal);
    if (isRefusal(answer)) {
      const other: Login = login === 'body' ? 'basic' : 'body';
      const second = await ask(other, signal);
      if (isRefusal(second)) throw refusal(host, [answer, second]);
      answer = second;
      if (answer.status === 200) login = other;
    }
    const { access_token: token, expires_in: seconds } = grantOf(host, answer);
    held = { token, goodUntil: asked + seconds * 1000 * usedShare };
    return token;
  }

  function begin(): Refresh {
    const giveUp = new AbortController();
    const begun: Refresh = { token: renew(giveUp.signal), waiting: 0, stops: new Map(), giveUp };
    const end = () => {
      if (refresh === begun) refresh = undefined;
      for (const { stopListening } of begun.stops.values()) stopListening();
    };
    begun.token.then(end, end);
    return begun;
  }

  return {
    async token(signal) {
      signal.throwIfAborted();
      if (held && now() < held.goodUntil) return held.token;
      refresh ??= begin();
      const mine = refresh;
      mine.waiting++;
      try {
        return await Promise.race([mine.token, stopOf(mine, signal)]);
      } finally {
        mine.waiting--;
        if (mine.waiting === 0) {
          if (refresh === mine) refresh = undefined;
          mine.giveUp.abort(signal.reason);
        }
      }
    },
    invalidate(token) {
      if (held?.token === token) held = undefined;
    },
  };
}

/** One caller's stop must not take the token from the others, so each waits by itself. Never resolves. */
function stopOf({ stops }: Refresh, signal: AbortSignal): Promise<never> {
  const known = stops.get(signal);
  if (known) return known.stopped;
  let stopListening = () => {};
  const stopped = new Promise<never>((_, reject) => {
    const stop = () => reject(signal.reason);
    signal.addEventListener('abort', stop, { once: true });
    stopListening = () => signal.removeEventListener('abort', stop);
  });
  stops.set(signal, { stopped, stopListening });
  return stopped;
}

/** Answers that may mean "sent the wrong way", and in the end mean "wrong id, secret or scope". */
function isRefusal({ status }: HttpAnswer): boolean {
  return status === 400 || status === 401;
}

function refusal(host: string, answers: HttpAnswer[]): SyncError {
  for (const answer of answers) {
    const { data } = denied.safeParse(jsonOf(answer.body));
    if (data?.error === 'invalid_scope') return scopeMissing(host, answer.status);
  }
  if (answers.every(isWebPage)) return urlWrong(host, call, answers[0]!.status);
  return clientRejected(host, answers[0]!.status);
}

function grantOf(host: string, answer: HttpAnswer): z.output<typeof granted> {
  const { status } = answer;
  if (status === 403) throw clientRejected(host, status);
  if (status === 429) throw throttled({ host, call, scope: '' }, askedWaitMs(answer.headers));
  if (status >= 500 || status === 408) {
    throw unavailable({ host, call }, status, { waitMs: askedWaitMs(answer.headers), writes: false });
  }
  if (status !== 200 || isWebPage(answer)) throw urlWrong(host, call, status);
  const checked = granted.safeParse(jsonOf(answer.body));
  if (!checked.success) throw answerUnreadable({ host, call }, status, false);
  return checked.data;
}

/** A lost answer of the token endpoint leaves nothing open: the call it was for has not been made. */
function nothingApplied(thrown: unknown): unknown {
  if (!(thrown instanceof SyncError) || !thrown.maybeApplied) return thrown;
  return new SyncError({
    code: thrown.code,
    message: thrown.message.slice(0, -thrown.advice.length).trim(),
    advice: thrown.advice,
    retry: thrown.retry,
    ...(thrown.status !== undefined && { status: thrown.status }),
    ...(thrown.retryAfterMs !== undefined && { retryAfterMs: thrown.retryAfterMs }),
  });
}
