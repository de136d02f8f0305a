import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { NodeAPI } from 'node-red';
import type { z } from 'zod';
import { asSyncError, SyncError } from '../../src/errors/syncError';
import { exportState } from '../../src/maintenance/exportState';
import { forgetProfile } from '../../src/maintenance/forgetProfile';
import { inspectStore, type StoreContent } from '../../src/maintenance/inspectStore';
import { goalsOf, resetConnection, resetGoal } from '../../src/maintenance/resetState';
import { lazySchema } from '../../src/schema/lazySchema';
import { setAside } from '../../src/store/setAside';
import type { StateStore } from '../../src/store/store';
import { platform } from '../shell/platform';
import { storeFolder } from '../shell/storeSettings';

/** Names the store that nodes without a store node use. */
const defaultStore = 'default';

const resetRequest = lazySchema((z) =>
  z.strictObject({ kind: z.enum(['goal', 'connection']), id: z.string().min(1) }),
);
const forgetRequest = lazySchema((z) =>
  z.strictObject({
    identifier: z.array(z.strictObject({ field: z.string().min(1), value: z.string().min(1) })).min(1),
  }),
);

/** The response of a route, as far as it is used here. */
interface Response {
  status(code: number): Response;
  json(body: object): unknown;
}

/**
 * The admin API of stores, by the id of a deployed store node, or `default`. Looking needs the permission to read,
 * everything else the one to write. No answer holds a value of a profile, or the store's secret.
 */
export function storeRoutes(RED: NodeAPI): void {
  const read = RED.auth.needsPermission('profile-sync.read');
  const write = RED.auth.needsPermission('profile-sync.write');

  RED.httpAdmin.get('/profile-sync/store/:id', read, (request, response) => {
    answer(response, 'looking into the store', () => describe(RED, String(request.params.id)));
  });

  RED.httpAdmin.post('/profile-sync/store/:id/export', write, (request, response) => {
    withStore(RED, String(request.params.id), async (store) => {
      response.setHeader('Content-Type', 'application/x-ndjson');
      response.setHeader('Content-Disposition', 'attachment; filename="profile-sync-state.ndjson"');
      await pipeline(Readable.from(exportState(store)), response);
    }).catch((thrown) => {
      // Once the first line is out, only a broken connection tells the other side that the rest is missing.
      if (response.headersSent) response.destroy();
      else refuse(response, thrown, 'exporting the store');
    });
  });

  const change = (path: string, doing: string, work: (store: StateStore, body: unknown) => Promise<object>) =>
    RED.httpAdmin.post(`/profile-sync/store/:id/${path}`, write, (request, response) => {
      answer(response, doing, () =>
        withStore(RED, String(request.params.id), (store) => work(store, request.body)),
      );
    });

  change('compact', 'compacting the store', async (store) => {
    const before = await store.approximateSize();
    await store.compact();
    return { before, after: await store.approximateSize() };
  });
  change('reset', 'resetting state', async (store, body) => {
    const { kind, id } = parsed(resetRequest(), body);
    const goals = kind === 'goal' ? [id] : [...(await goalsOf(store, id))];
    for (const goal of goals) refuseWhileRunning(goal);
    return { deleted: await (kind === 'goal' ? resetGoal : resetConnection)(store, id) };
  });
  change('forget', 'forgetting a profile', async (store, body) => ({
    deleted: await forgetProfile(store, parsed(forgetRequest(), body).identifier),
  }));

  RED.httpAdmin.post('/profile-sync/store/:id/set-aside', write, (request, response) => {
    answer(response, 'setting the store aside', async () => {
      const folder = folderOf(RED, String(request.params.id));
      let name = '';
      const free = await platform.stores.whileClosed(folder, async () => {
        name = await setAside(folder);
      });
      if (!free) throw storeBusy();
      return { name };
    });
  });
}

export type StoreDescription =
  | { opens: true; engine: string; folder: string; warning?: string; content: StoreContent }
  | { opens: false; folder: string; error: { code: string; message: string } };

/** A store that does not open is described too: its dialog is where people come to mend it. */
async function describe(RED: NodeAPI, id: string): Promise<StoreDescription> {
  const path = folderOf(RED, id);
  const folder = path.slice((RED.settings.userDir ?? '').length).replace(/^[\\/]/, '');
  try {
    const { store, engine, warning } = await platform.stores.acquire(path);
    try {
      const content = named(RED, await inspectStore(store));
      return { opens: true, engine, folder, ...(warning !== undefined && { warning }), content };
    } finally {
      platform.stores.release(store);
    }
  } catch (thrown) {
    const { code, message } = asSyncError(thrown, 'opening the store');
    return { opens: false, folder, error: { code, message } };
  }
}

/** People know nodes by the names they have now; the history knows those they had. */
function named(RED: NodeAPI, content: StoreContent): StoreContent {
  const owners = content.owners.map((owner) => {
    const name = RED.nodes.getNode(owner.id)?.name;
    return name ? { ...owner, name } : owner;
  });
  return { ...content, owners };
}

function folderOf(RED: NodeAPI, id: string): string {
  return storeFolder(RED, id === defaultStore ? undefined : id);
}

async function withStore<T>(RED: NodeAPI, id: string, work: (store: StateStore) => Promise<T>): Promise<T> {
  const { store } = await platform.stores.acquire(folderOf(RED, id));
  try {
    return await work(store);
  } finally {
    platform.stores.release(store);
  }
}

/** Its checkpoint would be written again at once. */
function refuseWhileRunning(goalId: string): void {
  const run = platform.runs.openRunOf(goalId);
  if (!run) return;
  throw new SyncError({
    code: 'STORE_GOAL_RUNNING',
    message: `A run of "${run.goal.name}" is going on.`,
    advice: 'Stop it, or wait until it has ended, and try again.',
    status: 409,
  });
}

function storeBusy(): SyncError {
  return new SyncError({
    code: 'STORE_BUSY',
    message: 'A run is using the store.',
    advice: 'Stop the runs, or wait until they have ended, and try again.',
    status: 409,
  });
}

function parsed<T>(schema: z.ZodType<T>, body: unknown): T {
  const found = schema.safeParse(body);
  if (found.success) return found.data;
  const places = found.error.issues.map(({ path }) => path.join('.') || 'body').join(', ');
  throw new SyncError({
    code: 'REQUEST_INVALID',
    message: `The request is not understood (${places}).`,
    advice: 'See the help of the store node.',
    status: 400,
  });
}

function answer(response: Response, doing: string, work: () => Promise<object>): void {
  Promise.resolve()
    .then(work)
    .then(
      (body) => response.json(body),
      (thrown) => refuse(response, thrown, doing),
    );
}

function refuse(response: Response, thrown: unknown, doing: string): void {
  const { code, message, status } = asSyncError(thrown, doing);
  response.status(status ?? (code === 'SETTING_MISSING' ? 404 : 500)).json({ code, message });
}
