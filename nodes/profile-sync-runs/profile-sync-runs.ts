import type { NodeAPI } from 'node-red';
import { asSyncError } from '../../src/errors/syncError';
import { readHistory } from '../../src/run/history';
import { platform } from '../shell/platform';

/** Runs that one answer lists at most. */
const listedRuns = 50;

/**
 * A runtime plugin: what is running now and what ran before, for dialogs, scripts and monitoring. Counts and references
 * only, never a value of a profile.
 */
export default function register(RED: NodeAPI): void {
  RED.httpAdmin.get(
    '/profile-sync/runs',
    RED.auth.needsPermission('profile-sync.read'),
    (_request, response) => {
      runs(RED).then(
        (body) => response.json(body),
        (thrown) => {
          const error = asSyncError(thrown, 'reading the run history');
          response.status(500).json({ code: error.code, message: error.message });
        },
      );
    },
  );

  const write = RED.auth.needsPermission('profile-sync.write');
  RED.httpAdmin.post('/profile-sync/runs/:run/stop', write, (request, response) => {
    const run = platform.runs.find(String(request.params.run));
    if (!run) {
      response
        .status(404)
        .json({ code: 'RUN_UNKNOWN', message: 'No such run is open; it may have ended already.' });
      return;
    }
    run.pause();
    response.json({});
  });
}

async function runs(RED: NodeAPI): Promise<object> {
  const store = await platform.acquireStore(RED);
  try {
    return { live: platform.runs.live(), history: await readHistory(store, listedRuns) };
  } finally {
    platform.releaseStore(store);
  }
}
