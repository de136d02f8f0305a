import type { NodeAPI } from 'node-red';
import { asSyncError, SyncError } from '../../src/errors/syncError';
import { completeDraft, type Draft } from './draft';

/** How long a person at a dialog waits for an answer from outside. */
export const dialogTimeoutMs = 20_000;

export interface PickerItem {
  value: string;
  label: string;
}

export interface Finding {
  /** The permission or setting that was looked at. */
  what: string;
  ok: boolean | 'unknown';
  message: string;
}

/**
 * A dialog's question that the server answers by asking the outside system with the settings of the dialog. It needs
 * the permission to write, because it makes this server send stored secrets to an address that the caller may type.
 */
export function draftRoute<Answer extends object>(
  RED: NodeAPI,
  path: string,
  secrets: readonly string[],
  answer: (draft: Draft, signal: AbortSignal) => Promise<Answer>,
): void {
  const allowed = RED.auth.needsPermission('profile-sync.write');
  RED.httpAdmin.post(`/profile-sync/${path}`, allowed, (request, response) => {
    const draft = (request.body as { node?: unknown } | undefined)?.node;
    if (typeof draft !== 'object' || draft === null || Array.isArray(draft)) {
      response.status(400).json({ code: 'REQUEST_INVALID', message: 'The body must be {"node": {…}}.' });
      return;
    }
    const signal = AbortSignal.timeout(dialogTimeoutMs);
    answer(completeDraft(RED, draft as Draft, secrets), signal).then(
      (body) => response.json(body),
      (thrown) => {
        const error = signal.aborted ? tooSlow() : asSyncError(thrown, 'answering the dialog');
        response.status(502).json({ code: error.code, message: error.message });
      },
    );
  });
}

export function tooSlow(): SyncError {
  return new SyncError({
    code: 'DIALOG_TIMEOUT',
    message: `There was no answer within ${dialogTimeoutMs / 1000} seconds.`,
    advice: 'Check the address, or type the value by hand.',
  });
}

/**
 * A finding for a call that was tried: what it would mean for it to succeed, and what went wrong if it did not.
 * @param other a finding for an error that is no fault.
 */
export async function tried(
  what: string,
  good: string,
  call: () => Promise<unknown>,
  other: (error: SyncError) => Finding | undefined = () => undefined,
): Promise<Finding> {
  try {
    await call();
    return { what, ok: true, message: good };
  } catch (thrown) {
    const error = asSyncError(thrown, `checking ${what}`);
    return other(error) ?? { what, ok: false, message: error.message };
  }
}

export async function firstOf<T>(items: AsyncIterable<T>): Promise<T | undefined> {
  for await (const item of items) return item;
  return undefined;
}

export async function collect<T, U>(items: AsyncIterable<T>, make: (item: T) => U): Promise<U[]> {
  const all: U[] = [];
  for await (const item of items) all.push(make(item));
  return all;
}
