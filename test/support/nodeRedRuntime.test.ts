import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { inject, probe, tab } from './flowProbe';
import type { NodeRedUser } from './nodeRedHome';
import { NodeRedRuntime } from './nodeRedRuntime';

const sender = (payload: string) => ({
  ...inject('go', 't', ['p']),
  payload,
  payloadType: 'str',
});

describe('harness: a real Node-RED', () => {
  let nodeRed: NodeRedRuntime;
  before(async () => {
    nodeRed = await NodeRedRuntime.start();
  });
  after(() => nodeRed.stop());

  it('hands whole messages to the test, and waits until a redeploy is in force', async () => {
    const long = 'x'.repeat(20_000);
    await nodeRed.deploy([tab('t'), sender(long), probe('p', 't', 'long')]);
    await nodeRed.inject('go');
    assert.equal((await nodeRed.waitForObserved('long', 1))[0]?.payload, long);

    await nodeRed.deploy([tab('t'), sender('second'), probe('p', 't', 'short')], {}, 'nodes');
    await nodeRed.inject('go');
    assert.equal((await nodeRed.waitForObserved('short', 1))[0]?.payload, 'second');

    await nodeRed.inject('go', { payload: 'stop' });
    assert.equal((await nodeRed.waitForObserved('short', 2))[1]?.payload, 'stop');
  });

  it('hears the statuses of nodes', async () => {
    const shows = {
      ...probe('s', 't'),
      func: "node.status({ fill: 'green', shape: 'dot', text: 'seen ' + msg.payload }); return null;",
    };
    await nodeRed.deploy([tab('t'), { ...sender('it'), wires: [['s']] }, shows]);
    await nodeRed.inject('go');
    const status = await nodeRed.waitForStatus('s', ({ text }) => text !== undefined);
    assert.deepEqual(status, { fill: 'green', shape: 'dot', text: 'seen it' });
  });

  it('keeps the log with the node that wrote it', async () => {
    const warns = { ...probe('w', 't'), func: "node.warn('careful'); return null;" };
    await nodeRed.deploy([tab('t'), { ...sender(''), wires: [['w']] }, warns]);
    await nodeRed.inject('go');
    const entry = await nodeRed.waitForLog(({ text }) => text === 'careful');
    assert.equal(entry.id, 'w');
    assert.equal(entry.level, 'warn');
  });

  it('says which node type is missing', async () => {
    await assert.rejects(nodeRed.deploy([tab('t'), { id: 'n', type: 'no-such-node', z: 't', wires: [] }]), {
      message: /no-such-node/,
    });
  });

  it('keeps flows, stored secrets and observed messages over a crash', async () => {
    const request = {
      ...probe('r', 't'),
      type: 'http request',
      method: 'GET',
      ret: 'txt',
      authType: 'basic',
    };
    await nodeRed.deploy([tab('t'), sender('before'), probe('p', 't', 'crash'), request], {
      r: { user: 'someone', password: 'kept on the server' },
    });
    await nodeRed.inject('go');
    await nodeRed.waitForObserved('crash', 1);
    await nodeRed.kill();
    await nodeRed.restart();
    await nodeRed.inject('go');
    assert.equal((await nodeRed.waitForObserved('crash', 2)).length, 2);
    const stored = await nodeRed.get('/credentials/http-request/r');
    assert.deepEqual(stored.body, { user: 'someone', has_password: true });
  });
});

describe('harness: a Node-RED with users', () => {
  const admin: NodeRedUser = { name: 'admin', password: 'may-do-all', permissions: '*' };
  const reader: NodeRedUser = { name: 'reader', password: 'may-look', permissions: 'read' };
  let nodeRed: NodeRedRuntime;
  before(async () => {
    nodeRed = await NodeRedRuntime.start({ users: [admin, reader] });
  });
  after(() => nodeRed.stop());

  it('asks as the user of choice', async () => {
    await nodeRed.deploy([tab('t'), sender('x'), probe('p', 't')]);
    assert.equal((await nodeRed.get('/flows', { as: reader })).status, 200);
    assert.equal((await nodeRed.post('/flows', [], { as: reader })).status, 401);
    assert.equal((await nodeRed.get('/flows', { as: null })).status, 401);
  });

  it('lets users log in as the editor does', async () => {
    const form = { client_id: 'node-red-editor', grant_type: 'password', scope: '*' };
    const login = (password: string) =>
      nodeRed.post('/auth/token', { ...form, username: 'admin', password }, { as: null });
    assert.equal((await login('may-do-all')).status, 200);
    assert.equal((await login('guessed')).status, 403);
  });
});

describe('harness: the end of a Node-RED', () => {
  it('leaves nothing on disk', async () => {
    const nodeRed = await NodeRedRuntime.start();
    assert.ok(existsSync(nodeRed.home.dir));
    await nodeRed.stop();
    assert.ok(!existsSync(nodeRed.home.dir));
  });

  it('is reported with its log instead of waiting for ever', async () => {
    await assert.rejects(
      NodeRedRuntime.start({ settings: { httpAdminRoot: '/', storageModule: 'no-such-module' } }),
      /Node-RED ended[\s\S]*no-such-module/,
    );
  });
});
