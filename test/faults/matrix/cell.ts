import { inspect } from 'node:util';
import { SyncError } from '../../../src/errors/syncError';
import { createHttpClient } from '../../../src/http/createHttpClient';
import type { HttpClient } from '../../../src/http/httpClient';
import type { FaultKind } from './faults';
import { quoted, startFaultyServer } from './faultyServer';
import { callSecrets, type OutsideCall } from './outsideCalls';

/** Stands for the minute that a call may take, where it will take it all. */
const deadlineMs = 1_200;
/** Where it will not: no machine is so busy that an answer takes this long. */
const patienceMs = 20_000;
/** Stands for the 64 MiB of an answer. */
const maxAnswerBytes = 200_000;

/** How one call ended at which everything goes wrong in one way. */
export interface CellEnd {
  /** Code of the error; or what the caller was told instead. */
  told: string;
  retry?: 'never' | 'later';
  maybeApplied?: boolean;
  /** Requests that the server saw. */
  requests: number;
  /** Whether the call succeeds where only its first request goes wrong. */
  recovers: boolean;
  /** What must never be, whatever the table says. */
  wrongs: string[];
}

/** The product's client, with no call longer than this. */
export function impatientHttp(timeoutMs: number): HttpClient {
  const http = createHttpClient({ timeoutMs, maxAnswerBytes });
  return {
    send: (call) => http.send({ ...call, timeoutMs: Math.min(call.timeoutMs ?? timeoutMs, timeoutMs) }),
    close: () => http.close(),
  };
}

export async function runCell(call: OutsideCall, fault: FaultKind, elsewhere: string): Promise<CellEnd> {
  const server = await startFaultyServer(call, fault, { elsewhere });
  const first = await made(call, server.url, fault);
  const requests = server.requests();
  await server.close();
  const recovers = fault.address === undefined && (await recovered(call, fault, elsewhere));
  return { ...first, requests, recovers };
}

async function recovered(call: OutsideCall, fault: FaultKind, elsewhere: string): Promise<boolean> {
  const server = await startFaultyServer(call, fault, { times: 1, elsewhere });
  const { told } = await made(call, server.url, fault);
  await server.close();
  return told === 'done';
}

async function made(
  call: OutsideCall,
  url: string,
  fault: FaultKind,
): Promise<Pick<CellEnd, 'told' | 'retry' | 'maybeApplied' | 'wrongs'>> {
  const timeoutMs = fault.waits ? deadlineMs : patienceMs;
  const http = impatientHttp(timeoutMs);
  const patience = AbortSignal.timeout(3 * patienceMs);
  const place = { url, http, silenceMs: timeoutMs, maxAnswerBytes, signal: patience };
  try {
    const value = await call.make(place);
    return { told: toldBy(value), wrongs: shown(value) };
  } catch (thrown) {
    const wrongs = shown(thrown);
    if (patience.aborted) wrongs.push('it did not come to an end');
    if (!(thrown instanceof SyncError)) return { told: 'no SyncError', wrongs: [...wrongs, inspect(thrown)] };
    const { code, retry, maybeApplied } = thrown;
    return { told: code, retry, maybeApplied, wrongs };
  } finally {
    await http.close();
  }
}

/** Sinks are told what an answer means, by its kind; an answer that took the work counts as done. */
function toldBy(value: unknown): string {
  const { kind, error } = (value ?? {}) as { kind?: string; error?: { code: string } };
  if (kind === undefined || kind === 'queued' || kind === 'done') return 'done';
  return error?.code ?? kind;
}

/** Secrets and quotations in an error or answer, with all that hangs on it. */
function shown(value: unknown): string[] {
  const text = inspect(value, { depth: 20, showHidden: true, maxStringLength: null });
  return [...Object.values(callSecrets), ...quoted].filter((secret) => text.includes(secret));
}
