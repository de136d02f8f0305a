import assert from 'node:assert/strict';
import { EventEmitter } from 'node:events';
import type { NodeAPI } from 'node-red';
import type { WiredNode } from '../../nodes/shell/flowPath';
import { watchPassage } from '../../nodes/shell/passage';
import { completesLast } from '../../nodes/shell/promptNodes';
import { GoalRun } from '../../src/run/goalRun';

type Hook = (event: unknown) => unknown;

/** Node-RED's hooks, events and message delivery, as far as one run's gauge sees them. */
class FakeRuntime {
  readonly hooks = new Map<string, Hook>();
  readonly events = new EventEmitter();
  readonly others = new Set<string>();

  get RED(): NodeAPI {
    const hooks = {
      add: (name: string, hook: Hook) => void this.hooks.set(name, hook),
      has: (name: string) => this.others.has(name),
      remove: (name: string) => {
        const label = name.slice(1);
        for (const added of this.hooks.keys()) if (added.endsWith(label)) this.hooks.delete(added);
      },
    };
    return { hooks, events: this.events } as unknown as NodeAPI;
  }

  deliver(from: string, to: string, msg: object): void {
    this.#call('preDeliver', { msg, source: end(from), destination: end(to) });
  }

  complete(id: string, msg: object, error?: Error): void {
    this.#call('onComplete', { msg, node: end(id), error });
  }

  #call(name: string, event: unknown): void {
    for (const [added, hook] of this.hooks) {
      if (added.startsWith(`${name}.`))
        assert.equal(hook(event), undefined, 'a result would stop the message');
    }
  }
}

const end = (id: string) => ({ id, node: { id, type: id } });

/** source -> function -> sink, with two batches of ten rows read. */
function watched(func = 'return null;', runtime = new FakeRuntime()) {
  const nodes = new Map<string, WiredNode>(
    [
      { id: 'source', type: 'blueconic-delta' },
      { id: 'function', type: 'function', func } as WiredNode,
      { id: 'sink', type: 'braze-users-track' },
    ].map((node) => [node.id, node]),
  );
  const path = {
    sink: 'sink',
    single: true,
    between: ['function'],
    route: [...nodes.keys()],
    readers: { mappers: [], others: [] },
  };
  const run = new GoalRun({ id: 'r', goal: { id: 'source', name: 'goal', direction: 'export' }, path });
  watchPassage(runtime.RED, nodes, path, run);
  const unit = run.openUnit('file');
  for (let row = 1; row <= 20; row++) {
    if (row % 10 === 1) run.startBatch(unit, row);
    run.read(unit, row);
  }
  run.endUnit(unit);
  const message = (batch: number): object => ({
    payload: [{ _ref: `r/${unit}/${batch * 10 + 1}` }],
    sync: { run: 'r', unit: 'file', batch },
  });
  const filtered = async (): Promise<number> => {
    await new Promise(setImmediate);
    return run.snapshot().ledger.filtered;
  };
  return { runtime, run, message, filtered };
}

describe('passage of batches from source to sink', () => {
  it('a batch that was completed everywhere and went to no sink was left out', async () => {
    const { runtime, message, filtered } = watched();
    const [first, second] = [message(0), message(1)];
    runtime.deliver('source', 'function', first);
    runtime.deliver('source', 'function', second);
    runtime.complete('function', second);
    assert.equal(await filtered(), 10);
    runtime.deliver('function', 'sink', first);
    runtime.complete('function', first);
    assert.equal(await filtered(), 10, 'the other one arrived');
  });

  it('copies count: the last one decides', async () => {
    const { runtime, message, filtered } = watched();
    const [msg, copy] = [message(0), message(0)];
    runtime.deliver('source', 'function', msg);
    runtime.deliver('function', 'function 2', copy);
    runtime.complete('function', msg);
    assert.equal(await filtered(), 0);
    runtime.complete('function 2', copy);
    assert.equal(await filtered(), 10);
  });

  it('what is completed twice, or by nobody who had it, counts once', async () => {
    const { runtime, message, filtered } = watched();
    const [msg, copy] = [message(0), message(0)];
    runtime.deliver('source', 'function', msg);
    runtime.deliver('source', 'other', copy);
    for (let times = 0; times < 3; times++) runtime.complete('function', msg);
    runtime.complete('catch', message(0));
    assert.equal(await filtered(), 0);
  });

  it('concludes nothing from a batch that failed, or of which a Catch node has something', async () => {
    const { runtime, message, filtered } = watched();
    const [failed, caught] = [message(0), message(1)];
    runtime.deliver('source', 'function', failed);
    runtime.complete('function', failed, new Error('bad'));
    runtime.deliver('source', 'function', caught);
    runtime.deliver('catch', 'mend', message(1));
    runtime.complete('function', caught);
    assert.equal(await filtered(), 0);
  });

  it('concludes nothing while a package holds messages back, nor after messages lost their names', async () => {
    const held = watched();
    const msg = held.message(0);
    held.runtime.deliver('source', 'function', msg);
    held.runtime.others.add('preRoute');
    held.runtime.complete('function', msg);
    assert.equal(await held.filtered(), 0);

    const nameless = watched();
    const other = nameless.message(1);
    nameless.runtime.deliver('source', 'function', other);
    nameless.runtime.deliver('somewhere', 'function', { payload: [] });
    nameless.runtime.complete('function', other);
    assert.equal(await nameless.filtered(), 0);
  });

  it('hooks are there while the run is, and each declares one parameter', async () => {
    const { runtime, run } = watched();
    assert.deepEqual(
      [...runtime.hooks].map(([name, { length }]) => [name.split('.')[0], length]),
      [
        ['preDeliver', 1],
        ['postReceive', 1],
        ['onComplete', 1],
      ],
    );
    run.stop();
    await new Promise(setImmediate);
    assert.equal(runtime.hooks.size, 0);
    assert.equal(runtime.events.listenerCount('flows:stopping'), 0);
  });

  it('a deploy ends the watch: what nodes complete as they close they have not left out', async () => {
    const { runtime, message, filtered } = watched();
    const msg = message(0);
    runtime.deliver('source', 'function', msg);
    runtime.events.emit('flows:stopping');
    assert.equal(runtime.hooks.size, 0);
    runtime.complete('function', msg);
    assert.equal(await filtered(), 0);
  });

  it('no hooks where a function may send later', () => {
    assert.equal(watched('setTimeout(() => node.send(msg), 500); return null;').runtime.hooks.size, 0);
  });
});

describe('nodes that complete last', () => {
  const node = (type: string, settings: object = {}): WiredNode => ({ id: 'n', type, ...settings });

  it('are core nodes that hold, change or pass on single messages', () => {
    for (const type of ['change', 'delay', 'switch', 'rbe', 'link in', 'link call', 'junction', 'subflow:s'])
      assert.equal(completesLast(node(type)), true, type);
    for (const type of ['trigger', 'http request', 'complete', 'join', 'some-contrib-node'])
      assert.equal(completesLast(node(type)), false, type);
  });

  it('are functions that neither send, nor keep rows, nor say themselves when they are done', () => {
    const prompt = (func: string, libs: object[] = []) => completesLast(node('function', { func, libs }));
    assert.equal(prompt('await something(); return msg.payload.length ? msg : null;'), true);
    assert.equal(prompt('node.send(msg); return null;'), false);
    assert.equal(prompt('node.done(); return msg;'), false);
    assert.equal(prompt("flow.set('kept', msg); return null;"), false);
    assert.equal(prompt('queue.push(msg);', [{ var: 'queue', module: 'queue' }]), false);
  });

  it('are not switches and calls that keep messages, or send them who knows where', () => {
    assert.equal(completesLast(node('switch', { rules: [{ t: 'eq' }, { t: 'tail' }] })), false);
    assert.equal(completesLast(node('switch', { repair: true })), false);
    assert.equal(completesLast(node('link call', { linkType: 'dynamic' })), false);
  });
});
