import type { NodeAPI } from 'node-red';
import { readHistory } from '../../src/run/history';
import { platform } from '../shell/platform';
import { answer } from '../shell/routeAnswer';
import { goalRoutes } from './goalRoutes';
import { historyRoutes } from './historyRoutes';
import { publishRuns } from './runNews';
import { readFromStores } from './storesRead';

/** Runs that one answer lists at most. */
const listedRuns = 50;

/**
 * A runtime plugin: what is running now and what ran before, for the sidebar, dialogs, scripts and monitoring. Counts
 * and references only, never a value of a profile, but for the rejected rows that a sink was told to keep.
 */
export default function register(RED: NodeAPI): void {
  const read = RED.auth.needsPermission('profile-sync.read');
  const write = RED.auth.needsPermission('profile-sync.write');

  RED.httpAdmin.get('/profile-sync/runs', read, (_request, response) => {
    answer(response, 'reading the run history', () => runs(RED));
  });

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

  historyRoutes(RED);
  goalRoutes(RED);
  publishRuns(RED);
}

async function runs(RED: NodeAPI): Promise<object> {
  const { read, problems } = await readFromStores(RED, (store) => readHistory(store, listedRuns));
  return {
    live: platform.runs.live(),
    // Run ids begin with their time of start.
    history: read
      .flat()
      .sort((a, b) => (a.run < b.run ? 1 : -1))
      .slice(0, listedRuns),
    ...(problems && { problems }),
  };
}
