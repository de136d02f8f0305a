import type { SyncError } from '../errors/syncError';
import type { HttpAnswer } from '../http/httpClient';
import { messageOf } from './brazeCall';
import { type BrazeCallPlace, idUnknown } from './errors';

/** Reads a 400, or a 404 that does not complain about the URL, as an id that the workspace does not have. */
export function unknownIdError(
  answer: HttpAnswer,
  place: BrazeCallPlace,
  kind: 'segment' | 'campaign',
  id: string,
): SyncError | undefined {
  const { status } = answer;
  if (status === 400) return idUnknown(place, kind, id, status);
  if (status !== 404) return undefined;
  const message = messageOf(answer);
  return message !== '' && message !== 'invalid url' ? idUnknown(place, kind, id, status) : undefined;
}
