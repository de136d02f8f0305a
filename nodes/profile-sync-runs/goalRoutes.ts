import type { Node, NodeAPI } from 'node-red';
import { SyncError } from '../../src/errors/syncError';
import { readHistory } from '../../src/run/history';
import { deployedNodes } from '../shell/deployedNodes';
import { platform } from '../shell/platform';
import { answer } from '../shell/routeAnswer';
import { looseSources } from './looseSources';
import { readFromStores } from './storesRead';

/** Runs of the history that are looked at for each goal's last one. */
const recentRuns = 200;

/** A goal that is started by itself: a source that no connection leads to. */
export interface LooseGoal {
  /** Id of its source node. */
  id: string;
  name: string;
  direction: 'import' | 'export';
  lastRun?: { run: string; result: string; endedAt: string };
}

/** Goals without a connection: what there is, and starting one by hand. A run is stopped by its own route. */
export function goalRoutes(RED: NodeAPI): void {
  const read = RED.auth.needsPermission('profile-sync.read');
  const write = RED.auth.needsPermission('profile-sync.write');

  RED.httpAdmin.get('/profile-sync/goals', read, (_request, response) => {
    answer(response, 'listing goals', async () => ({ goals: await looseGoals(RED) }));
  });

  RED.httpAdmin.post('/profile-sync/goals/:id/run', write, (request, response) => {
    answer(response, 'starting a goal', async () => {
      const id = String(request.params.id);
      const goal = looseSources(deployedNodes(RED)).find((source) => source.id === id);
      const node = goal && (RED.nodes.getNode(id) as Node | null);
      if (!node) throw goalUnknown();
      if (platform.runs.openRunOf(id)) throw goalBusy();
      const { dryRun } = Object(request.body) as { dryRun?: unknown };
      node.receive({ payload: dryRun === true ? 'dry run' : '' });
      return {};
    });
  });
}

async function looseGoals(RED: NodeAPI): Promise<LooseGoal[]> {
  const sources = looseSources(deployedNodes(RED)).filter(({ id }) => RED.nodes.getNode(id) !== null);
  if (sources.length === 0) return [];
  const { read } = await readFromStores(RED, (store) => readHistory(store, recentRuns));
  const runs = read.flat().sort((one, other) => (one.run < other.run ? 1 : -1));
  return sources.map((source) => {
    const last = runs.find(({ goal, connection }) => goal.id === source.id && !connection);
    const lastRun = last && { run: last.run, result: last.result, endedAt: last.endedAt };
    return { ...source, ...(lastRun && { lastRun }) };
  });
}

function goalUnknown(): SyncError {
  return new SyncError({
    code: 'GOAL_UNKNOWN',
    message: 'No such goal can be started by itself.',
    advice: 'Deploy its source; a goal of a connection is started by the connection.',
    status: 404,
  });
}

function goalBusy(): SyncError {
  return new SyncError({
    code: 'RUN_OVERLAP',
    message: 'The source is still busy with another run.',
    advice: 'Wait for its end, or stop it.',
    status: 409,
  });
}
