import { promisify } from 'node:util';
import { brotliDecompress, gunzip, inflate, inflateRaw, type ZlibOptions } from 'node:zlib';
import type { SyncError } from '../errors/syncError';
import type { HttpAnswer } from './httpClient';
import { answerTooLarge, answerUnreadable, truncatedAnswer } from './netError';

/** What we ask for. Brotli is understood too, but costs the other side more than it saves on small answers. */
export const acceptedEncodings = 'gzip, deflate';

const decoders: Record<string, (body: Buffer, options: ZlibOptions) => Promise<Buffer>> = {
  gzip: promisify(gunzip),
  'x-gzip': promisify(gunzip),
  br: promisify(brotliDecompress),
  // Some servers send the bare stream under this name; the zlib wrapper always begins with 0x?8.
  deflate: (body, options) =>
    promisify((body[0]! & 0x0f) === 8 ? inflate : inflateRaw)(body, options) as Promise<Buffer>,
};

/**
 * Undoes an answer's `content-encoding`. Nothing larger than `maxBytes` is ever produced.
 *
 * @throws SyncError `NET_ANSWER_TOO_LARGE`, `NET_ANSWER_UNREADABLE`, `NET_TRUNCATED`.
 */
export async function decodeBody(answer: HttpAnswer, host: string, maxBytes: number): Promise<HttpAnswer> {
  const encoding = answer.headers['content-encoding']?.trim().toLowerCase() ?? '';
  if (encoding === '' || encoding === 'identity' || answer.body.length === 0) return answer;
  const decode = Object.hasOwn(decoders, encoding) ? decoders[encoding] : undefined;
  if (!decode) throw answerUnreadable(host, encoding);
  try {
    return { ...answer, body: await decode(answer.body, { maxOutputLength: maxBytes }) };
  } catch (thrown) {
    throw decodeError(thrown, host, encoding, maxBytes);
  }
}

function decodeError(thrown: unknown, host: string, encoding: string, maxBytes: number): SyncError {
  const { code } = thrown as NodeJS.ErrnoException;
  if (code === 'ERR_BUFFER_TOO_LARGE') return answerTooLarge(host, maxBytes);
  if (code === 'Z_BUF_ERROR') return truncatedAnswer(host);
  return answerUnreadable(host, encoding);
}
