import type { NodeAPI } from 'node-red';
import { asSyncError } from '../../src/errors/syncError';
import { connectionOf, connections } from './connectionShell';

/** The response of a route, as far as it is used here. */
interface Answer {
  status(code: number): Answer;
  json(body: object): unknown;
}

/** Reports that one answer holds, where the caller asks for no other number. */
const usualReports = 50;
const mostReports = 1_000;

/**
 * The admin API of connections: what is there, the toggle of the editor's button, and run reports. Counts and references
 * only, never a value of a profile.
 */
export function connectionRoutes(RED: NodeAPI): void {
  const read = RED.auth.needsPermission('profile-sync.read');
  const write = RED.auth.needsPermission('profile-sync.write');

  RED.httpAdmin.get('/profile-sync/connections', read, (_request, response) => {
    answer(response, Promise.all(connections().map((connection) => connection.describe())));
  });

  RED.httpAdmin.get('/profile-sync/connections/:id/reports', read, (request, response) => {
    const connection = connectionOf(String(request.params.id));
    if (!connection) return unknown(response);
    const asked = Number(request.query.limit);
    const limit = Number.isInteger(asked) && asked > 0 ? Math.min(asked, mostReports) : usualReports;
    answer(
      response,
      connection.reports(limit).then((reports) => ({ reports })),
    );
  });

  RED.httpAdmin.post('/profile-sync/connections/:id/toggle', write, (request, response) => {
    const connection = connectionOf(String(request.params.id));
    if (!connection) return unknown(response);
    const on = (request.body as { on?: unknown } | undefined)?.on;
    if (typeof on !== 'boolean') {
      response.status(400).json({ code: 'REQUEST_INVALID', message: 'The body must be {"on": true|false}.' });
      return;
    }
    answer(
      response,
      connection.setOn(on).then(() => connection.describe()),
    );
  });
}

function answer(response: Answer, body: Promise<object>): void {
  body.then(
    (made) => response.json(made),
    (thrown) => {
      const { code, message } = asSyncError(thrown, 'asking a connection');
      response.status(500).json({ code, message });
    },
  );
}

function unknown(response: Answer): void {
  response
    .status(404)
    .json({ code: 'CONNECTION_UNKNOWN', message: 'No such connection is running: it may not be deployed.' });
}
