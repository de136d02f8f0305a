import type { NodeAPI } from 'node-red';
import { asSyncError } from '../../src/errors/syncError';
import { readHistory } from '../../src/run/history';
import type { RunSummary } from '../../src/run/runSummary';
import { platform } from '../shell/platform';
import { storeFolders } from '../shell/storeSettings';

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
  const read = await Promise.allSettled(storeFolders(RED).map(historyOf));
  const problems = read.flatMap((result) =>
    result.status === 'rejected' ? [asSyncError(result.reason, 'reading the run history')] : [],
  );
  // One store that does not open must not hide the runs of the others.
  if (problems.length === read.length) throw problems[0];
  const history = read.flatMap((result) => (result.status === 'fulfilled' ? result.value : []));
  return {
    live: platform.runs.live(),
    // Run ids begin with their time of start.
    history: history.sort((a, b) => (a.run < b.run ? 1 : -1)).slice(0, listedRuns),
    ...(problems.length > 0 && { problems: problems.map(({ code, message }) => ({ code, message })) }),
  };
}

async function historyOf(folder: string): Promise<RunSummary[]> {
  const { store } = await platform.stores.acquire(folder);
  try {
    return await readHistory(store, listedRuns);
  } finally {
    platform.stores.release(store);
  }
}
