import assert from 'node:assert/strict';
import { cardsOf } from '../../../nodes/profile-sync-sidebar/cards.editor';
import type { Connection } from '../../../nodes/profile-sync-sidebar/sidebarData.editor';
import { SidebarState } from '../../../nodes/profile-sync-sidebar/sidebarState.editor';
import { connectionOf, liveRunOf } from './sidebarPieces';

const lastRun = { run: 'r0', result: 'failed', endedAt: '2031-05-04T09:00:00.000Z' } as const;
const goal = (direction: 'import' | 'export', active = true) => ({
  id: direction,
  name: direction,
  direction,
  active,
});
const only = (connection: Connection) => cardsOf([connection], [], [])[0]!;

describe('sidebar: cards', () => {
  it('come in this order: favourites, other connections, goals, runs that belong to neither', () => {
    const connections = ['b', 'c', 'a'].map((name) =>
      connectionOf({ id: name, name, favourite: name === 'c' }),
    );
    const goals = ['z', 'y'].map((name) => ({ id: name, name, direction: 'export' as const }));
    const stray = liveRunOf({ goal: { id: 'sink', name: 'sink', direction: 'other' } });
    const cards = cardsOf(connections, goals, [stray]);
    assert.deepEqual(
      cards.map(({ kind, name }) => `${kind} ${name}`),
      ['connection c', 'connection a', 'connection b', 'goal y', 'goal z', 'run sink'],
    );
    assert.equal(new Set(cards.map(({ key }) => key)).size, cards.length);
  });

  it('tell the direction of all goals together', () => {
    const directionOf = (...goals: Connection['goals']) => only(connectionOf({ goals })).direction;
    assert.equal(directionOf(goal('import'), goal('import')), 'import');
    assert.equal(directionOf(goal('export')), 'export');
    assert.equal(directionOf(goal('import'), goal('export')), 'both');
    assert.equal(directionOf(), 'other');
  });

  it('tell how a connection stands: what it does now, else that it is off, else how it ended', () => {
    const stateOf = (changes: Partial<Connection>) => only(connectionOf({ lastRun, ...changes })).state;
    assert.equal(stateOf({}), 'failed');
    assert.equal(stateOf({ on: false }), 'off');
    assert.equal(stateOf({ on: false, state: 'running' }), 'running');
    assert.equal(stateOf({ state: 'interrupted' }), 'interrupted');
    assert.equal(only(connectionOf()).state, 'idle');
  });

  it('allow a run where one would start, and a stop where something can be stopped', () => {
    const can = (changes: Partial<Connection>) => only(connectionOf(changes)).can;
    assert.deepEqual(can({}), { run: true, stop: false });
    assert.deepEqual(can({ on: false }), { run: false, stop: false });
    assert.deepEqual(can({ state: 'running' }), { run: false, stop: true });
    assert.deepEqual(can({ state: 'stopping' }), { run: false, stop: false });
    assert.deepEqual(can({ state: 'interrupted' }), { run: true, stop: true });
    assert.deepEqual(can({ goals: [goal('import', false)] }), { run: false, stop: false });
  });

  it('show each run once: with its connection, else with its goal, else by itself', () => {
    const token = { connection: 'k', connectionRun: 'c', goal: 'g' };
    const runs = [
      liveRunOf({ connection: token }),
      liveRunOf({ run: 'r2' }),
      liveRunOf({ run: 'r3', phase: 'stopping', goal: { id: 'x', name: 'x', direction: 'other' } }),
    ];
    const [connection, loose, stray] = cardsOf(
      [connectionOf()],
      [{ id: 'source', name: 'Members', direction: 'import' }],
      runs,
    );
    assert.deepEqual(connection?.live, [runs[0]]);
    assert.deepEqual(
      [loose?.live, loose?.state, loose?.can],
      [[runs[1]], 'running', { run: false, stop: true }],
    );
    assert.deepEqual(
      [stray?.live, stray?.state, stray?.can],
      [[runs[2]], 'stopping', { run: false, stop: false }],
    );
  });
});

describe('sidebar: news', () => {
  it('change what is known, ask for what is not, and take away what is gone', () => {
    const state = new SidebarState();
    const running = { on: true, state: 'running', waiting: false, goal: { number: 1, of: 2 } } as const;
    assert.equal(state.connectionNews('k', running), true);
    state.deployed([connectionOf()], []);
    assert.equal(state.connectionNews('k', running), false);
    assert.deepEqual(state.cards()[0]?.place, { number: 1, of: 2 });
    state.connectionNews('k', { on: true, state: 'idle', waiting: false, lastRun });
    const [card] = state.cards();
    assert.deepEqual([card?.state, card?.place, card?.name], ['failed', undefined, 'Customers']);
    state.connectionNews('k', {});
    assert.deepEqual(state.cards(), []);
  });

  it('of runs tell whether one is over, even one that was never seen to run', () => {
    const state = new SidebarState();
    state.runNews([liveRunOf(), liveRunOf({ run: 'r2' })], 4);
    assert.equal(state.runNews([liveRunOf(), liveRunOf({ run: 'r2' })], 4), false);
    assert.equal(state.runNews([liveRunOf({ run: 'r2', rows: 9 })], 5), true);
    assert.equal(state.cards()[0]?.live[0]?.rows, 9);
    assert.equal(state.runNews([], 6), true);
    assert.equal(state.runNews([], 7), true);
    // Node-RED began anew.
    assert.equal(state.runNews([], 0), true);
  });
});
