import assert from 'node:assert/strict';
import { identifierOf, profileKey } from '../../src/delta/profileKey';
import { storeSecret } from '../../src/delta/storeSecret';
import { targetWrite } from '../../src/delta/targets';
import { exportState } from '../../src/maintenance/exportState';
import { forgetProfile } from '../../src/maintenance/forgetProfile';
import { inspectStore } from '../../src/maintenance/inspectStore';
import { resetConnection, resetGoal } from '../../src/maintenance/resetState';
import { headWrite } from '../../src/run/checkpoint';
import { ConnectionState } from '../../src/run/connectionState';
import { historyWrite } from '../../src/run/history';
import { Ledger } from '../../src/run/ledger';
import { memberPrefix } from '../../src/run/membership';
import type { GoalToken, RunSummary } from '../../src/run/runSummary';
import { noteBeginning } from '../../src/store/beginning';
import { MemoryStore } from '../../src/store/memoryStore';
import type { StoreSpace, StoreWrite } from '../../src/store/store';
import { storeSpaces } from '../../src/store/storeKey';

const person = [{ field: 'email', value: 'zoe@example.org' }];

function summary(run: string, goalId: string, connection?: GoalToken): RunSummary {
  return {
    run,
    goal: { id: goalId, name: `name of ${goalId}`, direction: 'export' },
    ...(connection && { connection }),
    startedAt: '2026-01-31T10:00:00.000Z',
    endedAt: '2026-01-31T10:01:00.000Z',
    result: 'succeeded',
    complete: true,
    ledger: new Ledger().snapshot(0),
  };
}

/** Everything that a goal leaves behind while a run of it is open. */
async function goalWrites(store: MemoryStore, goalId: string): Promise<StoreWrite[]> {
  const secret = await storeSecret(store);
  const key = Buffer.concat([profileKey(secret, 'braze', identifierOf([person])), Buffer.from('points')]);
  return [
    { space: 'watermark', key: JSON.stringify([goalId, 'segment']), value: String(Date.UTC(2026, 0, 31)) },
    { space: 'file', key: JSON.stringify([goalId, 'delta/1.gz', 'etag 1']), value: '' },
    { space: 'file', key: JSON.stringify([goalId, 'delta/2.gz', 'etag 2']), value: '' },
    headWrite({
      run: `run of ${goalId}`,
      goal: { id: goalId, name: goalId, direction: 'export' },
      configHash: 'hash',
      startedAt: '2026-02-01T10:00:00.000Z',
      savedAt: '2026-02-01T10:05:00.000Z',
      ledger: new Ledger().state({ read: 0, added: 0 }),
      addedRows: 0,
      unitCount: 1,
      source: {},
      openUnits: [{ number: 1, name: 'page 1', repeatable: 0 }],
    }),
    { space: 'checkpoint', key: `goal/${goalId}/ids/1`, value: '["a BlueConic profile"]' },
    { space: 'checkpoint', key: `goal/${goalId}/rows/1/0`, value: Buffer.from([1, 255]) },
    { space: 'intent', key: `${goalId}\nunit\n1`, value: 'sent' },
    { space: 'member', key: `${memberPrefix(goalId)}somebody`, value: Buffer.alloc(4) },
    { space: 'number', key, value: '17' },
    { space: 'fingerprint', key, value: 'f' },
    targetWrite('braze'),
  ];
}

async function filled(...goals: string[]): Promise<MemoryStore> {
  const store = new MemoryStore();
  for (const goal of goals) await store.commit(await goalWrites(store, goal));
  return store;
}

async function counts(store: MemoryStore): Promise<Partial<Record<StoreSpace, number>>> {
  const found: Partial<Record<StoreSpace, number>> = {};
  for (const space of storeSpaces) {
    for await (const _key of store.keys(space, '')) found[space] = (found[space] ?? 0) + 1;
  }
  return found;
}

describe('inspecting a store', () => {
  it('tells how far each goal has read, what it remembers, and what is open', async () => {
    const store = await filled('goal "1"', 'goal 2');
    await noteBeginning(store, new Date('2026-01-01T00:00:00Z'));
    await store.commit([historyWrite(summary('a', 'goal 2'))]);
    const content = await inspectStore(store);
    assert.equal(content.since, '2026-01-01T00:00:00.000Z');
    assert.equal(content.lastRun, '2026-01-31T10:00:00.000Z');
    assert.ok(content.bytes > 0);
    assert.deepEqual(
      content.spaces.find(({ space }) => space === 'file'),
      { space: 'file', entries: 4, about: false },
    );
    const at = '2026-01-31T00:00:00.000Z';
    assert.deepEqual(content.watermarks, [
      { goal: 'goal 2', scope: 'segment', value: at },
      { goal: 'goal "1"', scope: 'segment', value: at },
    ]);
    assert.deepEqual(content.files, [
      { goal: 'goal 2', count: 2 },
      { goal: 'goal "1"', count: 2 },
    ]);
    assert.deepEqual(
      content.checkpoints.map(({ kind, id, savedAt }) => ({ kind, id, savedAt })),
      ['goal "1"', 'goal 2'].map((id) => ({ kind: 'goal', id, savedAt: '2026-02-01T10:05:00.000Z' })),
    );
    assert.deepEqual(content.owners, [
      { kind: 'goal', id: 'goal 2', name: 'name of goal 2' },
      { kind: 'goal', id: 'goal "1"' },
    ]);
  });

  it('counts a large space roughly', async () => {
    const store = new MemoryStore();
    const keys = Array.from({ length: 30_000 }, (_, at) => at.toString(16).padStart(16, '0'));
    await store.commit(keys.map((key) => ({ space: 'fingerprint', key, value: Buffer.alloc(84) })));
    const { spaces } = await inspectStore(store);
    const found = spaces.find(({ space }) => space === 'fingerprint')!;
    assert.equal(found.about, true);
    assert.ok(Math.abs(found.entries - 30_000) < 3_000, String(found.entries));
  });

  it('tells nothing of a person, nor the secret', async () => {
    const store = await filled('goal');
    const text = JSON.stringify(await inspectStore(store));
    const secret = await storeSecret(store);
    for (const hidden of ['zoe', 'BlueConic profile', secret.toString('hex'), secret.toString('base64')]) {
      assert.ok(!text.includes(hidden), hidden);
    }
  });
});

describe('exporting a store', () => {
  it('gives a line for each entry that says something without the secret', async () => {
    const store = await filled('goal');
    await store.commit([historyWrite(summary('a', 'goal'))]);
    const lines: { space: string; key: string; value: unknown }[] = [];
    for await (const line of exportState(store)) {
      assert.ok(line.endsWith('\n'));
      lines.push(JSON.parse(line));
    }
    assert.deepEqual(
      lines.map(({ space }) => space),
      ['watermark', 'file', 'file', 'history', 'checkpoint', 'intent'],
    );
    assert.deepEqual(lines.find(({ space }) => space === 'history')?.value, summary('a', 'goal'));
    const text = JSON.stringify(lines);
    const secret = await storeSecret(store);
    for (const hidden of ['BlueConic profile', secret.toString(), secret.toString('latin1')]) {
      assert.ok(!text.includes(JSON.stringify(hidden).slice(1, -1)), hidden);
    }
  });
});

describe('resetting state', () => {
  it('of a goal forgets what it has read, and keeps what was sent and all of other goals', async () => {
    const store = await filled('goal', 'goal 2');
    const deleted = await resetGoal(store, 'goal');
    const untouched = await filled('goal 2');
    await untouched.commit([{ space: 'intent', key: 'goal\nunit\n1', value: 'sent' }]);
    assert.deepEqual(await counts(store), await counts(untouched));
    assert.equal(deleted, 7);
    assert.equal(await resetGoal(store, 'goal'), 0);
  });

  it('of a goal does not touch one whose id begins alike', async () => {
    const store = await filled('goal2');
    assert.equal(await resetGoal(store, 'goal'), 0);
  });

  it('of a connection resets its goals and its open run, and keeps its toggle', async () => {
    const store = await filled('mine', 'other');
    const connection = { connection: 'c', connectionRun: 'r', goal: '1' };
    await store.commit([historyWrite(summary('a', 'mine', connection)), historyWrite(summary('b', 'other'))]);
    const state = new ConnectionState(store, 'c');
    await state.setOn(false);
    await state.setCheckpoint({
      run: 'r',
      startedAt: '2026-02-01T10:00:00.000Z',
      dryRun: false,
      fullRead: false,
      interruptions: 0,
      plan: ['1'],
      done: [],
      current: '1',
    });
    const owners = (await inspectStore(store)).owners.map(({ kind, id }) => `${kind} ${id}`);
    assert.deepEqual(owners.sort(), ['connection c', 'goal mine', 'goal other']);
    await resetConnection(store, 'c');
    assert.equal(await state.checkpoint(), undefined);
    assert.equal(await state.isOn(), false);
    const { watermarks, checkpoints } = await inspectStore(store);
    assert.deepEqual(
      [...watermarks.map(({ goal }) => goal), ...checkpoints.map(({ id }) => id)],
      ['other', 'other'],
    );
  });
});

describe('forgetting a profile', () => {
  it('deletes what is remembered of it in every target, and of nobody else', async () => {
    const store = await filled('goal');
    const secret = await storeSecret(store);
    const other = profileKey(secret, 'blueconic', identifierOf([person]));
    const someone = profileKey(
      secret,
      'braze',
      identifierOf([[{ field: 'email', value: 'zoe@example.com' }]]),
    );
    await store.commit([
      targetWrite('blueconic'),
      { space: 'fingerprint', key: other, value: 'f' },
      { space: 'fingerprint', key: someone, value: 'f' },
    ]);
    assert.equal(await forgetProfile(store, person), 3);
    assert.equal(await forgetProfile(store, person), 0);
    const left = await counts(store);
    assert.deepEqual([left.fingerprint, left.number], [1, undefined]);
    assert.deepEqual(await store.getMany('fingerprint', [someone]), [Buffer.from('f')]);
  });
});

describe('secret of a store', () => {
  it('is made once, even where many ask at once, and differs from store to store', async () => {
    const store = new MemoryStore();
    const secrets = await Promise.all(Array.from({ length: 5 }, () => storeSecret(store)));
    assert.equal(secrets[0]!.length, 32);
    for (const secret of secrets) assert.deepEqual(secret, secrets[0]);
    assert.deepEqual(await storeSecret(store), secrets[0]);
    assert.notDeepEqual(await storeSecret(new MemoryStore()), secrets[0]);
  });
});

describe('profile key', () => {
  it('has 128 bits and depends on secret, target and identifier', () => {
    const secret = Buffer.alloc(32, 1);
    const key = profileKey(secret, 'braze', 'a');
    assert.equal(key.length, 16);
    assert.deepEqual(profileKey(Buffer.alloc(32, 1), 'braze', 'a'), key);
    const others = [
      profileKey(Buffer.alloc(32, 2), 'braze', 'a'),
      profileKey(secret, 'blueconic', 'a'),
      profileKey(secret, 'braze', 'b'),
      profileKey(secret, 'braz', 'ea'),
    ];
    for (const other of others) assert.notDeepEqual(other, key);
  });
});
