import type { NodeAPI } from 'node-red';
import { SyncError } from '../../src/errors/syncError';
import { FiguresOverTime } from '../../src/run/figures';
import { type HistoryFilter, historyBetween, historyPage, runOf } from '../../src/run/history';
import type { RunSummary } from '../../src/run/runSummary';
import { answer, invalidRequest } from '../shell/routeAnswer';
import { readFromStores } from './storesRead';

/** Runs of one page, where the caller asks for no other number. */
const usualRuns = 25;
const mostRuns = 200;
/** Stretches of time that one answer has figures of, at most. */
const mostBuckets = 100;
/** Runs that are added up for one answer; those before them are left out, and the answer says so. */
const mostRunsInFigures = 5_000;

/** A run in a list: the account without reasons and samples, which the run's own route has. */
export type ListedRun = Omit<RunSummary, 'ledger' | 'units' | 'repeat' | 'price'> & {
  ledger: Omit<RunSummary['ledger'], 'reasons' | 'samples' | 'refusedAttributes' | 'fieldsCreated'>;
};

/** Runs that have ended: page by page, one by one, and added up over time. */
export function historyRoutes(RED: NodeAPI): void {
  const read = RED.auth.needsPermission('profile-sync.read');
  const doing = 'reading the run history';

  RED.httpAdmin.get('/profile-sync/history', read, ({ query }, response) => {
    answer(response, doing, () => {
      const asked = Number(query.limit);
      const limit = Number.isInteger(asked) && asked > 0 ? Math.min(asked, mostRuns) : usualRuns;
      return page(RED, { ...filterOf(query), before: textOf(query.before), limit });
    });
  });

  RED.httpAdmin.get('/profile-sync/history/:run', read, ({ params }, response) => {
    answer(response, doing, async () => {
      const found = await readFromStores(RED, (store) => runOf(store, String(params.run)));
      const run = found.read.find((one) => one !== undefined);
      if (run) return run;
      throw runUnknown();
    });
  });

  RED.httpAdmin.get('/profile-sync/figures', read, ({ query }, response) => {
    answer(response, 'adding up the run history', () => figures(RED, edgesOf(query.edges), filterOf(query)));
  });
}

export function runUnknown(): SyncError {
  return new SyncError({
    code: 'RUN_UNKNOWN',
    message: 'No such run is in the history.',
    advice: 'It may have made room for newer ones.',
    status: 404,
  });
}

async function page(
  RED: NodeAPI,
  options: HistoryFilter & { before: string | undefined; limit: number },
): Promise<object> {
  const { read, problems } = await readFromStores(RED, (store) => historyPage(store, options));
  // Beyond the point that a store has been read to, nothing is known of it: the page ends there.
  const known = read.map(({ next }) => next ?? '').reduce((one, other) => (one > other ? one : other), '');
  const found = read
    .flatMap(({ runs }) => runs)
    .filter(({ run }) => run >= known)
    .sort((one, other) => (one.run < other.run ? 1 : -1));
  const runs = found.slice(0, options.limit);
  const next = found.length > runs.length ? runs.at(-1)?.run : known;
  return { runs: runs.map(listed), ...(next && { next }), ...(problems && { problems }) };
}

function listed({ ledger, units: _units, repeat: _repeat, price: _price, ...run }: RunSummary): ListedRun {
  const {
    reasons: _,
    samples: _samples,
    refusedAttributes: _refused,
    fieldsCreated: _created,
    ...counts
  } = ledger;
  return { ...run, ledger: counts };
}

async function figures(RED: NodeAPI, edges: readonly number[], filter: HistoryFilter): Promise<object> {
  const sums = new FiguresOverTime(edges);
  let seen = 0;
  const { problems } = await readFromStores(RED, async (store) => {
    for await (const run of historyBetween(store, { from: edges[0]!, before: edges.at(-1)! }, filter)) {
      if (++seen > mostRunsInFigures) return;
      sums.add(run);
    }
  });
  return {
    buckets: sums.buckets,
    ...(seen > mostRunsInFigures && { incomplete: true }),
    ...(problems && { problems }),
  };
}

/** `edges=1,2,3`: epoch milliseconds at which a stretch of time begins, and at which the last one ends. */
function edgesOf(value: unknown): number[] {
  const edges = typeof value === 'string' ? value.split(',').map(Number) : [];
  const ascending = edges.every((edge, at) => Number.isFinite(edge) && edge > (edges[at - 1] ?? -1));
  if (ascending && edges.length >= 2 && edges.length <= mostBuckets + 1) return edges;
  throw invalidRequest(`"edges" must be 2 to ${mostBuckets + 1} ascending times in milliseconds.`);
}

function filterOf(query: Record<string, unknown>): HistoryFilter {
  return { connection: textOf(query.connection), goal: textOf(query.goal) };
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}
