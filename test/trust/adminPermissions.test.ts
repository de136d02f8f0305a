import assert from 'node:assert/strict';
import type { NodeRedUser } from '../support/nodeRedHome';
import { NodeRedRuntime } from '../support/nodeRedRuntime';
import { type AdminRoute, type FoundRoutes, routeLister } from './routeLister';

const admin: NodeRedUser = { name: 'admin', password: 'may-do-all', permissions: '*' };
const reader: NodeRedUser = { name: 'reader', password: 'may-look', permissions: 'profile-sync.read' };
const other: NodeRedUser = { name: 'other', password: 'may-edit-flows', permissions: ['flows.write'] };

/** A page of Node-RED's own debug node, which holds nothing. */
const corePages = /^\/debug\/view\//;

/** Routes that only look; all others need the permission to write. */
const looking = new Set([
  'get /profile-sync/connections',
  'get /profile-sync/connections/:id/reports',
  'get /profile-sync/figures',
  'get /profile-sync/goals',
  'get /profile-sync/history',
  'get /profile-sync/history/:run',
  'get /profile-sync/runs',
  'get /profile-sync/store/:id',
]);

describe('permissions of the admin routes', function () {
  this.timeout(60_000);
  let nodeRed: NodeRedRuntime;
  let found: FoundRoutes;
  let routes: AdminRoute[];

  before(async () => {
    nodeRed = await NodeRedRuntime.start({
      users: [admin, reader, other],
      ownNodes: { lister: routeLister.source },
    });
    found = (await nodeRed.get<FoundRoutes>(routeLister.path)).body;
    routes = found.routes.filter(({ path }) => path !== routeLister.path && !corePages.test(path));
  });
  after(() => nodeRed.stop());

  const ask = ({ method, path }: AdminRoute, as: NodeRedUser | null) =>
    nodeRed.request(method.toUpperCase(), path.replace(/:\w+/g, 'some-id'), {
      as,
      ...(method === 'get' ? {} : { body: {} }),
    });
  const ours = () => routes.filter(({ path }) => path.startsWith('/profile-sync/'));

  it('the router holds our routes, and nothing that answers without being one', () => {
    const names = ours().map(({ method, path }) => `${method} ${path}`);
    for (const name of [...looking, 'post /profile-sync/check/s3', 'post /profile-sync/store/:id/forget']) {
      assert.ok(names.includes(name), `${name} is not among ${names.join(', ')}`);
    }
    // Express's own; a handler given to `use` would answer under every path, and with no permission of its own.
    assert.deepEqual(
      found.others.filter((name) => !['query', 'expressInit'].includes(name)),
      [],
    );
  });

  it('nobody who is not logged in gets an answer, from any route that a node registered', async () => {
    for (const route of routes) {
      assert.equal((await ask(route, null)).status, 401, `${route.method} ${route.path}`);
    }
  });

  it('other permissions do not help, and the one to read does not write', async () => {
    for (const route of ours()) {
      const name = `${route.method} ${route.path}`;
      assert.equal((await ask(route, other)).status, 401, name);
      assert.equal((await ask(route, reader)).status === 401, !looking.has(name), name);
    }
  });
});
