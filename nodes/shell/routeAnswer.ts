import { asSyncError, SyncError } from '../../src/errors/syncError';

/** The response of an admin route, as far as it is used here. */
export interface RouteResponse {
  status(code: number): RouteResponse;
  json(body: object): unknown;
}

/** Answers with what `work` comes to, or with the code and message of its error and the error's status, else 500. */
export function answer(response: RouteResponse, doing: string, work: () => Promise<object>): void {
  Promise.resolve()
    .then(work)
    .then(
      (body) => response.json(body),
      (thrown) => refuse(response, thrown, doing),
    );
}

export function refuse(response: RouteResponse, thrown: unknown, doing: string): void {
  const { code, message, status } = asSyncError(thrown, doing);
  response.status(status ?? 500).json({ code, message });
}

export function invalidRequest(message: string): SyncError {
  return new SyncError({ code: 'REQUEST_INVALID', message, advice: '', status: 400 });
}
