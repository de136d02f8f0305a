import assert from 'node:assert/strict';
import { type Outcome, outcomes } from '../../src/run/ledger';
import type { RunSummary } from '../../src/run/runSummary';
import { deltaRecords, gzipLines, pointsOf, range } from '../support/customers';
import {
  blueconicProfiles,
  coreNode,
  deltaFiles,
  exportMapper,
  flowTab,
  functionNode,
  importMapper,
  segmentExport,
  usersTrack,
} from '../support/flowNodes';
import { type FlowNode, inject, probe } from '../support/flowProbe';
import { Stage } from '../support/stage';

const people = 120;
const batchRows = 20;
const everybody = range(0, people);
/** The rows of each of the six batches. */
const batches = range(0, people / batchRows).map((at) => range(at * batchRows, (at + 1) * batchRows));
const evenBatches = batches.filter((_, at) => at % 2 === 0).flat();

/** Longer than any test may take: a run that ends in time has not ended by silence. */
const unhurried = { idleSeconds: 600 };
const impatient = { idleSeconds: 1 };

const split = (wires: string[]): FlowNode =>
  coreNode('split', 'split', wires, { arraySplt: 1, arraySpltType: 'len', property: 'payload' });
const join = (wires: string[]): FlowNode => coreNode('join', 'join', wires, { mode: 'auto', build: 'array' });
const delay = (wires: string[], settings: object): FlowNode =>
  coreNode('delay', 'delay', wires, { timeout: '1', timeoutUnits: 'milliseconds', outputs: 1, ...settings });
const onlyEvenBatches = 'return msg.sync.batch % 2 === 0 ? msg : null;';

describe('foreign nodes between source and sink', function () {
  this.timeout(60_000);
  let stage: Stage;
  before(async () => {
    stage = await Stage.start(people);
  });
  after(() => stage.stop());
  beforeEach(async () => {
    await stage.reset();
    await stage.sandbox.putObject('delta/all.ndjson.gz', gzipLines(deltaRecords(0, people)));
  });

  let deployments = 0;

  /** inject -> source -> mapper -> between -> sink. A source of its own each time, as each remembers its files. */
  async function deployBehindMapper(between: FlowNode[], settings: object = {}): Promise<void> {
    await deployFlow(
      [exportMapper('mapper', [between[0]!.id]), ...between, usersTrack('sink')],
      'mapper',
      settings,
    );
  }

  async function deployFlow(nodes: FlowNode[], first: string, settings: object = {}): Promise<void> {
    const source = `source${++deployments}`;
    await stage.deploy([
      inject('go', flowTab, [source]),
      deltaFiles(source, [first], { batchRows, ...unhurried, ...settings }),
      ...nodes,
    ]);
  }

  async function assertBrazeGot(indexes: Iterable<number>): Promise<void> {
    assert.deepEqual(await stage.attribute('bc_points'), pointsOf(indexes));
  }

  describe('every one of them, wired in', () => {
    it('a change that leaves out half of every batch', async () => {
      const firstTen = [{ t: 'set', p: 'payload', pt: 'msg', to: 'payload[[0..9]]', tot: 'jsonata' }];
      await deployBehindMapper([coreNode('change', 'change', ['sink'], { rules: firstTen })]);
      assertColumns(await stage.run(), { read: people, accepted: 60, filtered: 60 });
      await assertBrazeGot(batches.flatMap((rows) => rows.slice(0, 10)));
    });

    it('a switch that passes on some batches only', async () => {
      await deployBehindMapper([switchOn('sync.batch', 3, ['sink'])], impatient);
      assertColumns(await stage.run(), { read: people, accepted: 60, filtered: 60 });
      await assertBrazeGot(batches.slice(0, 3).flat());
    });

    it('a switch none of whose rules ever matches: the run fails and names it', async () => {
      await deployBehindMapper([switchOn('sync.batch', -1, ['sink'])], impatient);
      const summary = await stage.run();
      assert.equal(summary.error?.code, 'RUN_ROWS_LOST_IN_FLOW');
      assert.match(summary.error.message, /"switch" \(switch\)/);
      assertColumns(summary, { read: people, unsent: people });
      await assertBrazeGot([]);
    });

    it('a split before the mapper, and a join after it', async () => {
      await deployFlow(
        [split(['mapper']), exportMapper('mapper', ['join']), join(['sink']), usersTrack('sink')],
        'split',
      );
      assertColumns(await stage.run(), { read: people, accepted: people });
      await assertBrazeGot(everybody);
    });

    it('a split whose rows a function leaves out: filtered, if silence was declared intended', async () => {
      const even = functionNode('even', 'return msg.parts.index % 2 === 0 ? msg : null;', ['sink']);
      await deployBehindMapper([split(['even']), even], { ...impatient, onSilence: 'filter' });
      assertColumns(await stage.run(), { read: people, accepted: 60, filtered: 60 });
      await assertBrazeGot(everybody.filter((index) => index % 2 === 0));
    });

    it('a batch and a join that make one message of two', async () => {
      const pairs = { mode: 'count', count: 2, overlap: 0, interval: 10, allowEmptySequence: false };
      await deployBehindMapper([coreNode('batch', 'batch', ['join'], pairs), join(['sink'])]);
      assertColumns(await stage.run(), { read: people, accepted: people });
      await assertBrazeGot(everybody);
    });

    it('a batch and a join before the mapper', async () => {
      const triples = { mode: 'count', count: 3, overlap: 0, interval: 10, allowEmptySequence: false };
      await deployFlow(
        [
          coreNode('batch', 'batch', ['join'], triples),
          join(['mapper']),
          exportMapper('mapper', ['sink']),
          usersTrack('sink'),
        ],
        'batch',
      );
      assertColumns(await stage.run(), { read: people, accepted: people });
      await assertBrazeGot(everybody);
    });

    it('a delay that lets ten messages through in a second', async () => {
      const rate = { pauseType: 'rate', rate: '10', nbRateUnits: '1', rateUnits: 'second', drop: false };
      await deployBehindMapper([delay(['sink'], rate)]);
      assertColumns(await stage.run(), { read: people, accepted: people });
      await assertBrazeGot(everybody);
    });

    it('a delay before the mapper, which mixes the order', async () => {
      const random = {
        pauseType: 'random',
        randomFirst: '1',
        randomLast: '300',
        randomUnits: 'milliseconds',
      };
      await deployFlow(
        [delay(['mapper'], random), exportMapper('mapper', ['sink']), usersTrack('sink')],
        'delay',
      );
      assertColumns(await stage.run(), { read: people, accepted: people });
      await assertBrazeGot(everybody);
    });

    it('a link out with two ends that both lead to the sink: what comes again is added', async () => {
      await deployBehindMapper([
        coreNode('out', 'link out', [], { mode: 'link', links: ['in', 'other in'] }),
        coreNode('in', 'link in', ['sink'], { links: ['out'] }),
        coreNode('other in', 'link in', ['sink'], { links: ['out'] }),
      ]);
      assertColumns(await stage.run(), { read: people, added: people, accepted: people, unchanged: people });
      await assertBrazeGot(everybody);
    });

    it('a link call to the mapper', async () => {
      await deployFlow(
        [
          coreNode('call', 'link call', ['sink'], { links: ['in'], linkType: 'static', timeout: '30' }),
          coreNode('in', 'link in', ['mapper'], { links: [] }),
          exportMapper('mapper', ['return']),
          coreNode('return', 'link out', [], { mode: 'return', links: [] }),
          usersTrack('sink'),
        ],
        'call',
      );
      assertColumns(await stage.run(), { read: people, accepted: people });
      await assertBrazeGot(everybody);
    });

    it('a complete node behind the mapper, instead of a wire', async () => {
      await deployFlow(
        [
          exportMapper('mapper', []),
          coreNode('completed', 'complete', ['sink'], { scope: ['mapper'], uncaught: false }),
          usersTrack('sink'),
        ],
        'mapper',
      );
      const summary = await stage.run();
      assertColumns(summary, { read: people, accepted: people });
      assert.ok(summary.complete);
      await assertBrazeGot(everybody);
    });

    it('a complete node behind the source: the next goal, once this one is settled', async () => {
      await deployFlow(
        [
          exportMapper('mapper', ['sink']),
          usersTrack('sink'),
          coreNode('then', 'complete', ['next'], { scope: [`source${deployments + 1}`], uncaught: false }),
          deltaFiles('next', ['next mapper'], { batchRows, ...unhurried }),
          exportMapper('next mapper', ['next sink']),
          usersTrack('next sink'),
        ],
        'mapper',
      );
      assertColumns(await stage.run(), { read: people, accepted: people });
      const next = await stage.nextRun();
      assert.equal(next.goal.id, 'next');
      assertColumns(next, { read: people, unchanged: people });
      await assertBrazeGot(everybody);
    });

    it('a catch that brings the batches on which a function fails', async () => {
      const failing = `
        if (msg.sync.batch === 2) throw new Error('not this one');
        return msg;`;
      await deployBehindMapper([
        functionNode('failing', failing, ['sink']),
        coreNode('caught', 'catch', ['mend'], { scope: ['failing'], uncaught: false }),
        functionNode('mend', 'setTimeout(() => node.send(msg), 500); return null;', ['sink']),
      ]);
      assertColumns(await stage.run(), { read: people, accepted: people });
      await assertBrazeGot(everybody);
    });

    it('switch outputs that lead to two sinks: refused before anything is read', async () => {
      const both = { ...switchOn('sync.batch', 3, ['sink']), wires: [['sink'], ['out']] };
      await deployBehindMapper([
        both,
        coreNode('out', 'link out', [], { mode: 'link', links: ['in'] }),
        coreNode('in', 'link in', ['profiles'], { links: ['out'] }),
        blueconicProfiles('profiles'),
      ]);
      await stage.nodeRed.inject('go');
      const [message] = await stage.caught();
      assert.equal(message?.error.code, 'FLOW_TWO_SINKS');
      assert.equal(await stage.unseenRuns(), 0);
    });

    it('import: split, function, join and a subflow', async () => {
      const withoutThirds = `
        msg.payload = msg.payload.filter(({ match: [[{ value }]] }) => Number(value.slice(5)) % 3);
        return msg;`;
      await stage.deploy([
        {
          id: 'subflow',
          type: 'subflow',
          name: 'without every third',
          in: [{ x: 40, y: 40, wires: [{ id: 'inner' }] }],
          out: [{ x: 400, y: 40, wires: [{ id: 'inner', port: 0 }] }],
        },
        {
          ...functionNode('inner', withoutThirds, []),
          z: 'subflow',
        },
        inject('go', flowTab, ['import']),
        segmentExport('import', ['split'], { batchRows: 30, ...impatient, onSilence: 'filter' }),
        split(['touch']),
        functionNode('touch', 'msg.topic = "touched"; return msg;', ['join']),
        join(['mapper']),
        importMapper('mapper', ['instance']),
        coreNode('instance', 'subflow:subflow', ['sink']),
        blueconicProfiles('sink'),
      ]);
      assertColumns(await stage.run(), { read: people, accepted: 80, filtered: 40 });
      const { profiles } = await stage.bothSides();
      const reached = [...profiles.values()].filter(({ properties }) => properties.braze_email !== undefined);
      assert.equal(reached.length, 80);
    });
  });

  describe('what a function can do to rows', () => {
    it('turns them around and lets them wait', async () => {
      const code = `
        msg.payload.reverse();
        await new Promise((resolve) => setTimeout(resolve, 100 * (6 - msg.sync.batch)));
        return msg;`;
      await deployBehindMapper([functionNode('backwards', code, ['sink'])]);
      assertColumns(await stage.run(), { read: people, accepted: people });
      await assertBrazeGot(everybody);
    });

    it('sends the whole message twice: the second is added', async () => {
      await deployBehindMapper([
        functionNode('twice', 'return [[msg, RED.util.cloneMessage(msg)]];', ['sink']),
      ]);
      assertColumns(await stage.run(), { read: people, added: people, accepted: people, unchanged: people });
      await assertBrazeGot(everybody);
    });

    it('makes one message of two batches', async () => {
      const code = `
        const first = context.get('first');
        if (!first) {
          context.set('first', msg.payload);
          return null;
        }
        context.set('first', undefined);
        return { payload: [...first, ...msg.payload] };`;
      await deployBehindMapper([functionNode('merge', code, ['sink'])]);
      assertColumns(await stage.run(), { read: people, accepted: people });
      await assertBrazeGot(everybody);
    });

    it('returns some rows without their ref: filtered, and added as new ones', async () => {
      const code = 'for (const update of msg.payload.slice(0, 2)) delete update.ref; return msg;';
      await deployBehindMapper([functionNode('nameless', code, ['sink'])]);
      assertColumns(await stage.run(), { read: people, added: 12, filtered: 12, accepted: people });
      await assertBrazeGot(everybody);
    });

    it('returns all rows without their ref: they are sent, but the run cannot know that they are the same', async () => {
      const code = 'for (const update of msg.payload) delete update.ref; return msg;';
      await deployBehindMapper([functionNode('nameless', code, ['sink'])], impatient);
      const summary = await stage.run();
      assert.equal(summary.error?.code, 'RUN_ROWS_LOST_IN_FLOW');
      assertColumns(summary, { read: people, added: people, accepted: people, unsent: people });
      await assertBrazeGot(everybody);
    });

    it('keeps rows and brings them back long after the run: a run of the sink, and never sent before', async () => {
      const keep = `
        const kept = flow.get('kept') ?? [];
        flow.set('kept', [...kept, ...msg.payload.splice(0, 10)]);
        return msg;`;
      await deployBehindMapper([
        functionNode('keep', keep, ['sink']),
        inject('a day later', flowTab, ['bring back']),
        functionNode('bring back', "return { payload: flow.get('kept') };", ['sink']),
      ]);
      assertColumns(await stage.run(), { read: people, filtered: 60, accepted: 60 });
      await assertBrazeGot(batches.flatMap((rows) => rows.slice(10)));

      const later = await stage.run('a day later');
      assert.equal(later.goal.id, 'sink');
      assertColumns(later, { added: 60, accepted: 60 });
      await assertBrazeGot(everybody);
    });
  });

  describe('whole batches of which nothing arrives end without waiting, once their node has completed them', () => {
    it('a function that leaves out every other one', async () => {
      await deployBehindMapper([functionNode('halves', onlyEvenBatches, ['sink'])]);
      const summary = await stage.run();
      assertColumns(summary, { read: people, accepted: 60, filtered: 60 });
      assert.ok(summary.complete);
      await assertBrazeGot(evenBatches);
    });

    it('a function that leaves out everything', async () => {
      await deployBehindMapper([functionNode('nobody', 'return null;', ['sink'])]);
      const summary = await stage.run();
      assert.equal(summary.result, 'succeeded');
      assertColumns(summary, { read: people, filtered: people });
      await assertBrazeGot([]);
    });

    it('a function before the mapper, within two subflows', async () => {
      const subflow = (id: string, entry: string): FlowNode => ({
        id,
        type: 'subflow',
        name: id,
        in: [{ x: 40, y: 40, wires: [{ id: entry }] }],
        out: [{ x: 400, y: 40, wires: [{ id: entry, port: 0 }] }],
      });
      await deployFlow(
        [
          subflow('outer', 'nested'),
          subflow('inner', 'halves'),
          { ...coreNode('nested', 'subflow:inner', []), z: 'outer' },
          { ...functionNode('halves', onlyEvenBatches, []), z: 'inner' },
          coreNode('instance', 'subflow:outer', ['mapper']),
          exportMapper('mapper', ['sink']),
          usersTrack('sink'),
        ],
        'instance',
      );
      assertColumns(await stage.run(), { read: people, accepted: 60, filtered: 60 });
      await assertBrazeGot(evenBatches);
    });

    it('a delay that drops what comes too fast', async () => {
      const rate = { pauseType: 'rate', rate: '1', nbRateUnits: '1', rateUnits: 'hour', drop: true };
      await deployBehindMapper([delay(['sink'], rate)]);
      assertColumns(await stage.run(), { read: people, accepted: 20, filtered: 100 });
      await assertBrazeGot(batches[0]!);
    });

    it('a function behind a link, with a debug-like side branch', async () => {
      await deployBehindMapper([
        coreNode('out', 'link out', [], { mode: 'link', links: ['in'] }),
        { ...coreNode('in', 'link in', [], { links: ['out'] }), wires: [['halves', 'side']] },
        functionNode('halves', onlyEvenBatches, ['sink']),
        probe('side', flowTab),
      ]);
      assertColumns(await stage.run(), { read: people, accepted: 60, filtered: 60 });
      await assertBrazeGot(evenBatches);
      assert.equal((await stage.nodeRed.waitForObserved('side', 6)).length, 6);
    });
  });

  describe('batches that only look as if nothing would arrive are waited for', () => {
    it('a function that sends half a second after it has completed', async () => {
      await deployBehindMapper([
        functionNode('later', 'setTimeout(() => node.send(msg), 500); return null;', ['sink']),
      ]);
      assertColumns(await stage.run(), { read: people, accepted: people });
      await assertBrazeGot(everybody);
    });

    it('a function that says itself when it is done, and is not', async () => {
      const code = 'node.done(); await new Promise((resolve) => setTimeout(resolve, 500)); return msg;';
      await deployBehindMapper([functionNode('hasty', code, ['sink'])]);
      assertColumns(await stage.run(), { read: people, accepted: people });
      await assertBrazeGot(everybody);
    });

    it('a function whose messages no longer say which batch they are, before a delay', async () => {
      await deployBehindMapper([
        functionNode('anew', 'return { payload: msg.payload };', ['delay']),
        delay(['sink'], { pauseType: 'delay', timeout: '500' }),
      ]);
      assertColumns(await stage.run(), { read: people, accepted: people });
      await assertBrazeGot(everybody);
    });

    it('a function that fails: the run fails and names it', async () => {
      await deployBehindMapper([functionNode('failing', "throw new Error('never');", ['sink'])], impatient);
      const summary = await stage.run();
      assert.equal(summary.error?.code, 'RUN_ROWS_LOST_IN_FLOW');
      assert.match(summary.error.message, /"failing" \(function\)/);
      assertColumns(summary, { read: people, unsent: people });
    });
  });
});

/** A switch that passes on, by its first output, what has less than `limit` in a property. */
function switchOn(property: string, limit: number, wires: string[]): FlowNode {
  const rules = [{ t: 'lt', v: String(limit), vt: 'num' }, { t: 'else' }];
  const settings = { property, propertyType: 'msg', rules, checkall: 'true', repair: false, outputs: 2 };
  return { ...coreNode('switch', 'switch', wires, settings), wires: [wires, []] };
}

/** All columns of a ledger; those that are not named are empty. */
function assertColumns(
  { ledger }: RunSummary,
  expected: Partial<Record<Outcome | 'read' | 'added', number>>,
): void {
  const columns = ['read', 'added', ...outcomes] as const;
  const filled = columns.map((column) => [column, ledger[column]] as const).filter(([, rows]) => rows > 0);
  assert.deepEqual(Object.fromEntries(filled), expected);
}
