import type { Connection, Direction, LastRun, LiveRun, LooseGoal } from './sidebarData.editor';

/** How something stands that can run. */
export type CardState = 'off' | 'idle' | 'running' | 'stopping' | 'interrupted' | LastRun['result'];

/** A connection, a goal without one, or a run that belongs to neither, as the sidebar shows it. */
export interface Card {
  key: string;
  kind: 'connection' | 'goal' | 'run';
  /** Of the node behind it. */
  id: string;
  name: string;
  direction: Direction | 'both';
  state: CardState;
  /** Connections only. */
  on?: boolean;
  /** A trigger waits for the end of the run. */
  waiting: boolean;
  place?: { number: number; of: number };
  live: LiveRun[];
  lastRun?: LastRun;
  can: { run: boolean; stop: boolean };
}

/** Connections first, favourites before the others, then goals that run by themselves; each in the order of names. */
export function cardsOf(
  connections: readonly Connection[],
  goals: readonly LooseGoal[],
  live: readonly LiveRun[],
): Card[] {
  const byName = (one: { name: string }, other: { name: string }) => one.name.localeCompare(other.name);
  const ordered = [...connections].sort(
    (one, other) => Number(other.favourite) - Number(one.favourite) || byName(one, other),
  );
  const cards = [
    ...ordered.map((connection) => connectionCard(connection, live)),
    ...[...goals].sort(byName).map((goal) => goalCard(goal, live)),
  ];
  const shown = new Set(cards.flatMap((card) => card.live.map(({ run }) => run)));
  return [...cards, ...live.filter(({ run }) => !shown.has(run)).map(runCard)];
}

function connectionCard(connection: Connection, live: readonly LiveRun[]): Card {
  const { id, name, goals, on, state, waiting, goal, lastRun } = connection;
  const directions = new Set(goals.map(({ direction }) => direction));
  const busy = state === 'running' || state === 'stopping';
  return {
    key: `connection/${id}`,
    kind: 'connection',
    id,
    name,
    direction: directions.size === 1 ? [...directions][0]! : directions.size === 0 ? 'other' : 'both',
    state: state !== 'idle' ? state : !on ? 'off' : (lastRun?.result ?? 'idle'),
    on,
    waiting,
    ...(goal && { place: { number: goal.number, of: goal.of } }),
    live: live.filter((run) => run.connection?.connection === id),
    ...(lastRun && { lastRun }),
    can: {
      run: on && !busy && goals.some(({ active }) => active),
      stop: state === 'running' || state === 'interrupted',
    },
  };
}

function goalCard({ id, name, direction, lastRun }: LooseGoal, live: readonly LiveRun[]): Card {
  const own = live.filter(({ goal, connection }) => goal.id === id && !connection);
  return {
    key: `goal/${id}`,
    kind: 'goal',
    id,
    name,
    direction,
    state: own.length > 0 ? stateOf(own[0]!) : (lastRun?.result ?? 'idle'),
    waiting: false,
    live: own,
    ...(lastRun && { lastRun }),
    can: { run: own.length === 0, stop: own.some(({ phase }) => phase !== 'stopping') },
  };
}

/** Of a sink that got rows from nowhere, or of a node that is no longer deployed. */
function runCard(run: LiveRun): Card {
  return {
    key: `run/${run.run}`,
    kind: 'run',
    id: run.goal.id,
    name: run.goal.name,
    direction: run.goal.direction,
    state: stateOf(run),
    waiting: false,
    live: [run],
    can: { run: false, stop: run.phase !== 'stopping' },
  };
}

function stateOf({ phase }: LiveRun): CardState {
  return phase === 'stopping' ? 'stopping' : 'running';
}
