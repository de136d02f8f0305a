import { type AxiosAdapter, AxiosHeaders, type AxiosResponse, type InternalAxiosRequestConfig } from 'axios';
import type { Dispatcher } from 'undici';
import { decodeBody } from './contentEncoding';
import { exchange } from './exchange';
import type { HttpAnswer } from './httpClient';

// axios rebuilds an answer's headers one by one unless they are its own kind already; ours travel in `data`.
const noHeaders = new AxiosHeaders();

/**
 * axios on undici. The answer, whatever its status, becomes the response's `data` as a whole `HttpAnswer`; nothing
 * is parsed and no status is judged. Expects `url`, `timeout` and `maxContentLength` on every call.
 */
export function undiciAdapter(dispatcher: Dispatcher): AxiosAdapter {
  return async (config) => {
    const url = new URL(config.url!);
    const answer = await exchange(dispatcher, {
      url,
      method: config.method!.toUpperCase(),
      headers: headersOf(config),
      ...(config.data !== undefined && { body: config.data as string | Buffer }),
      timeoutMs: config.timeout!,
      maxAnswerBytes: config.maxContentLength!,
      ...(config.signal && { signal: config.signal as AbortSignal }),
    });
    const data = await decodeBody(answer, url.host, config.maxContentLength!);
    const response: AxiosResponse<HttpAnswer> = {
      status: data.status,
      statusText: '',
      headers: noHeaders,
      data,
      config,
    };
    return response;
  };
}

function headersOf(config: InternalAxiosRequestConfig): Record<string, string> {
  const headers = config.headers.toJSON() as Record<string, string>;
  // axios gives every POST and PUT a content type, even one without content.
  if (config.data === undefined) delete headers['Content-Type'];
  return headers;
}
