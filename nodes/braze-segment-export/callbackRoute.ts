import type { NodeAPI } from 'node-red';
import { SyncError } from '../../src/errors/syncError';
import { platform } from '../shell/platform';

const path = '/profile-sync/export-ready';
/** Node-RED loads the node once, and its routes last as long as the process. */
const opened = new WeakSet<object>();

/**
 * Opens the route that Braze calls when an export is ready, beside the routes of HTTP-in nodes: Braze cannot log in to
 * the editor's. It exists only once a node asks for it. Every call gets the same answer, whether an export waits for it
 * or not, and its body is not read: a call can end a wait early, and nothing else (contracts: braze 8).
 */
export function callbackRoute(RED: NodeAPI): void {
  if (opened.has(RED.httpNode)) return;
  opened.add(RED.httpNode);
  RED.httpNode.post(`${path}/:token`, (request, response) => {
    const taken = platform.exports.callbacks.take(String(request.params.token));
    response.status(taken ? 200 : 429).end();
  });
}

/**
 * What Braze is given to call, but for the last part; undefined where the setting is empty.
 * @throws SyncError `SETTING_INVALID`
 */
export function callbackUrl(setting: string | undefined): string | undefined {
  const base = (setting ?? '').trim().replace(/\/+$/, '');
  if (base === '') return undefined;
  const url = URL.canParse(base) ? new URL(base) : undefined;
  if (url && /^https?:$/.test(url.protocol) && url.search === '' && url.hash === '') return base + path;
  throw new SyncError({
    code: 'SETTING_INVALID',
    message: 'The address for the call of Braze is not an absolute http or https URL without a query.',
    advice: 'Enter something like https://node-red.example.org, or leave it empty.',
  });
}
