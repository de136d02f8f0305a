import type { NodeAPI } from 'node-red';
import { SyncError } from '../../src/errors/syncError';
import { answer, invalidRequest } from '../shell/routeAnswer';
import { type ConnectionShell, connectionOf, connections } from './connectionShell';

/** Reports that one answer holds, where the caller asks for no other number. */
const usualReports = 50;
const mostReports = 1_000;

const doing = 'asking a connection';

/**
 * The admin API of connections: what is there, the toggle of the editor's button, starting and stopping runs, and run
 * reports. Counts and references only, never a value of a profile.
 */
export function connectionRoutes(RED: NodeAPI): void {
  const read = RED.auth.needsPermission('profile-sync.read');
  const write = RED.auth.needsPermission('profile-sync.write');

  RED.httpAdmin.get('/profile-sync/connections', read, (_request, response) => {
    answer(response, doing, () => Promise.all(connections().map((connection) => connection.describe())));
  });

  RED.httpAdmin.get('/profile-sync/connections/:id/reports', read, (request, response) => {
    answer(response, doing, async () => {
      const asked = Number(request.query.limit);
      const limit = Number.isInteger(asked) && asked > 0 ? Math.min(asked, mostReports) : usualReports;
      return { reports: await known(request.params.id).reports(limit) };
    });
  });

  RED.httpAdmin.post('/profile-sync/connections/:id/toggle', write, (request, response) => {
    answer(response, doing, async () => {
      const connection = known(request.params.id);
      const on = (request.body as { on?: unknown } | undefined)?.on;
      if (typeof on !== 'boolean') throw invalidRequest('The body must be {"on": true|false}.');
      await connection.setOn(on);
      return connection.describe();
    });
  });

  RED.httpAdmin.post('/profile-sync/connections/:id/run', write, (request, response) => {
    answer(response, doing, async () => {
      const connection = known(request.params.id);
      const asked = Object(request.body) as { goal?: unknown; dryRun?: unknown; fullRead?: unknown };
      return connection.runNow({
        ...(typeof asked.goal === 'string' && asked.goal !== '' && { goal: asked.goal }),
        dryRun: asked.dryRun === true,
        fullRead: asked.fullRead === true,
      });
    });
  });

  RED.httpAdmin.post('/profile-sync/connections/:id/stop', write, (request, response) => {
    answer(response, doing, async () => {
      await known(request.params.id).stop();
      return {};
    });
  });
}

function known(id: unknown): ConnectionShell {
  const connection = connectionOf(String(id));
  if (connection) return connection;
  throw new SyncError({
    code: 'CONNECTION_UNKNOWN',
    message: 'No such connection is running.',
    advice: 'Deploy it first.',
    status: 404,
  });
}
