import type { Node, NodeAPI, NodeDef, NodeMessageInFlow } from 'node-red';
import { type LookupAnswer, lookUp, lookupOf } from '../../src/braze/lookup';
import { asSyncError, type SyncError } from '../../src/errors/syncError';
import { type Attempt, retrying } from '../../src/run/retry';
import type { BrazeConfigNode } from '../braze-config/braze-config';
import { configNode } from '../shell/settings';
import { StatusLine } from '../shell/statusLine';
import { inOwnWords } from '../shell/statusText';

interface LookupDef extends NodeDef {
  braze: string;
  /** One of `lookupKinds`; `msg.lookup` goes before it. */
  lookup: string;
  /** Id of the segment or campaign; `msg.lookupId` goes before it. */
  item: string;
}

type LookupMessage = NodeMessageInFlow & { lookup?: unknown; lookupId?: unknown };

/**
 * Looks up segments, campaigns and custom attributes. Messages are answered one after the other, so that a flow that asks
 * for many things has one request at Braze at a time.
 */
export default function register(RED: NodeAPI): void {
  function BrazeLookup(this: Node, def: LookupDef): void {
    RED.nodes.createNode(this, def);
    const status = new StatusLine(this);
    const words = inOwnWords(RED, 'braze-lookup');
    const closing = new AbortController();
    let line = Promise.resolve();

    const answer = async (message: LookupMessage): Promise<LookupAnswer | undefined> => {
      const lookup = lookupOf(message.lookup ?? def.lookup, message.lookupId ?? def.item);
      const braze = configNode<BrazeConfigNode>(RED, def.braze, 'Braze');
      const client = braze.client();
      status.show('blue', 'dot', words('status.asking'));
      return patiently(() => lookUp(client, lookup, closing.signal), closing.signal, {
        deadlineMs: braze.retry().deadlineMs,
        pausing: (code) => status.show('yellow', 'ring', `${words('status.waiting')}: ${code}`),
      });
    };

    this.on('input', (message: LookupMessage, send, done) => {
      const work = async () => {
        if (closing.signal.aborted) return;
        const found = await answer(message);
        if (found === undefined || closing.signal.aborted) return;
        const count = (Array.isArray(found) ? found.length : 1).toLocaleString();
        status.show('green', 'dot', words('status.found', { count }));
        message.payload = found;
        send(message);
      };
      line = line.then(work).then(
        () => done(),
        (thrown) => {
          // What a deploy breaks off is nobody's error.
          if (closing.signal.aborted) return done();
          const error = asSyncError(thrown, 'looking up in Braze');
          status.show('red', 'ring', `${words('status.failed')}: ${error.code}`);
          done(error);
        },
      );
    });

    this.on('close', (_removed: boolean, done: () => void) => {
      closing.abort();
      status.clear();
      void line.then(done);
    });
  }
  RED.nodes.registerType('braze-lookup', BrazeLookup as never);
}

/**
 * Asks again where the cause is passing, for as long as the configuration says. Undefined where the node was closed.
 * @throws SyncError the last one, once time is over.
 */
async function patiently<T>(
  ask: () => Promise<T>,
  stopped: AbortSignal,
  { deadlineMs, pausing }: { deadlineMs: number; pausing: (code: string) => void },
): Promise<T | undefined> {
  let last: SyncError | undefined;
  const attempt = async (): Promise<Attempt<T>> => {
    try {
      return { done: await ask() };
    } catch (thrown) {
      last = asSyncError(thrown, 'looking up in Braze');
      if (last.retry === 'never') throw last;
      const { code, retryAfterMs } = last;
      // Reading changes nothing, however often it is done.
      return {
        again: code,
        maybeApplied: false,
        ...(retryAfterMs !== undefined && { waitMs: retryAfterMs }),
      };
    }
  };
  const context = {
    stopped,
    pausing: (ms: number, cause: string) => {
      if (ms > 0) pausing(cause);
    },
  };
  const tried = await retrying(attempt, context, { deadlineMs });
  if ('done' in tried) return tried.done;
  if (tried.why === 'stopped') return undefined;
  throw last;
}
