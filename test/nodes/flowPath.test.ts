import assert from 'node:assert/strict';
import { flowPath, type WiredNode } from '../../nodes/shell/flowPath';
import type { FlowPath } from '../../src/run/goalRun';

const sinkTypes = new Set(['braze-users-track', 'blueconic-profiles']);

type Drawn = Partial<WiredNode> & { type: string; to?: string | string[] };

/** A flow as a drawing: `to` is the wire of the first output. */
function flow(drawn: Record<string, Drawn>): Map<string, WiredNode> {
  return new Map(
    Object.entries(drawn).map(([id, { to, ...node }]) => [
      id,
      { id, ...(to !== undefined && { wires: [[to].flat()] }), ...node },
    ]),
  );
}

function pathFrom(
  id: string,
  drawn: Record<string, Drawn>,
  within = '',
): Pick<FlowPath, 'sink' | 'single' | 'between'> {
  const { sink, single, between } = flowPath(flow(drawn), { id, within }, sinkTypes);
  return { sink, single, between };
}

const source = (to: string | string[]): Drawn => ({ type: 'blueconic-delta', to });
const mapper = (to: string | string[]): Drawn => ({ type: 'profile-field-mapper', to });
const sink: Drawn = { type: 'braze-users-track' };

describe('way from a source to its sink', () => {
  it('is single where one wire leads to the next', () => {
    const path = pathFrom('source', { source: source('mapper'), mapper: mapper('sink'), sink });
    assert.deepEqual(path, { sink: 'sink', single: true, between: [] });
  });

  it('has no end in a flow without a sink of ours', () => {
    const path = pathFrom('source', { source: source('debug'), debug: { type: 'debug' } });
    assert.deepEqual(path, { sink: undefined, single: false, between: [] });
  });

  it('names the nodes between that are not ours', () => {
    const path = pathFrom('source', {
      source: source('filter'),
      filter: { type: 'function', name: 'adults only', to: 'change' },
      change: { type: 'change', to: 'sink' },
      sink,
    });
    assert.deepEqual(path.between.sort(), ['"adults only" (function)', 'change change']);
    assert.equal(path.single, true);
  });

  it('does not go on behind the sink', () => {
    const path = pathFrom('source', {
      source: source('sink'),
      sink: { ...sink, to: 'other' },
      other: { type: 'blueconic-profiles' },
    });
    assert.equal(path.sink, 'sink');
  });

  it('ends in one sink only, and says which there are', () => {
    const two = {
      source: source(['sink', 'other']),
      sink: { ...sink, name: 'to Braze' },
      other: { type: 'blueconic-profiles', name: 'to BlueConic' },
    };
    assert.throws(
      () => pathFrom('source', two),
      (error: Error & { code?: string }) => {
        assert.equal(error.code, 'FLOW_TWO_SINKS');
        assert.match(error.message, /"to Braze" \(braze-users-track\)/);
        assert.match(error.message, /"to BlueConic" \(blueconic-profiles\)/);
        return true;
      },
    );
  });

  it('follows what Complete nodes pass on of the nodes between', () => {
    const path = pathFrom('source', {
      source: source('mapper'),
      mapper: mapper([]),
      completed: { type: 'complete', scope: ['mapper'], to: 'sink' },
      sink,
    });
    assert.equal(path.sink, 'sink');
    assert.equal(path.single, true);
  });

  it('does not follow Complete nodes of source and sink: what they start is another goal', () => {
    const path = pathFrom('source', {
      source: source('sink'),
      sink,
      after: { type: 'complete', scope: ['source', 'sink'], to: 'next' },
      next: source('other sink'),
      'other sink': sink,
    });
    assert.equal(path.sink, 'sink');
  });

  describe('and who reads the records', () => {
    const readers = (drawn: Record<string, Drawn>) =>
      flowPath(flow(drawn), { id: 'source', within: '' }, sinkTypes).readers;

    it('are the first mappers, over junctions and links and out of subflows, and nobody behind them', () => {
      const found = readers({
        source: source(['junction', 'box']),
        junction: { type: 'junction', to: 'out' },
        out: { type: 'link out', links: ['in'] },
        in: { type: 'link in', to: 'mapper' },
        mapper: mapper('after'),
        after: { type: 'function', to: 'sink' },
        box: { type: 'subflow:def' },
        def: { type: 'subflow', in: [{ wires: [{ id: 'inside' }] }] },
        inside: { ...mapper([]), z: 'def' },
        sink,
      });
      assert.deepEqual([found.mappers.sort(), found.others], [['inside', 'mapper'], []]);
    });

    it('are all other nodes that get them, beside the way too', () => {
      const found = readers({
        source: source(['function', 'mapper', 'copy']),
        function: { type: 'function', to: 'mapper' },
        copy: { type: 'mqtt out' },
        mapper: mapper('sink'),
        sink,
      });
      assert.deepEqual(
        [found.mappers, found.others.sort()],
        [['mapper'], ['function function', 'mqtt out copy']],
      );
    });

    it('are not debug nodes, but a sink without a mapper and whoever a dynamic call may lead to', () => {
      const drawn = {
        source: source(['debug', 'mapper']),
        debug: { type: 'debug' },
        mapper: mapper('sink'),
        sink,
      };
      assert.deepEqual(readers(drawn), { mappers: ['mapper'], others: [] });
      assert.deepEqual(readers({ source: source('sink'), sink }).others, ['braze-users-track sink']);
      const call = { type: 'link call', linkType: 'dynamic', to: 'sink' };
      assert.deepEqual(readers({ source: source('call'), call, sink }).others, ['link call call']);
    });
  });

  it('comes to an end in a circle', () => {
    const path = pathFrom('source', {
      source: source('one'),
      one: { type: 'function', to: 'two' },
      two: { type: 'function', to: ['one', 'sink'] },
      sink,
    });
    assert.deepEqual([path.sink, path.single], ['sink', false]);
  });

  describe('is not single', () => {
    const forks: Record<string, Record<string, Drawn>> = {
      'where two wires lead to the sink by different nodes': {
        source: source(['mapper', 'other']),
        mapper: mapper('sink'),
        other: mapper('sink'),
        sink,
      },
      'where two outputs of a node lead to the same one': {
        source: source('switch'),
        switch: { type: 'switch', wires: [['mapper'], ['mapper']] },
        mapper: mapper('sink'),
        sink,
      },
      'through a split': { source: source('split'), split: { type: 'split', to: 'sink' }, sink },
      'through a join': { source: source('join'), join: { type: 'join', to: 'sink' }, sink },
      'through a batch node': { source: source('batch'), batch: { type: 'batch', to: 'sink' }, sink },
    };
    for (const [name, drawn] of Object.entries(forks)) {
      it(name, () => {
        const path = pathFrom('source', drawn);
        assert.deepEqual([path.sink, path.single], ['sink', false]);
      });
    }
  });

  it('stays single beside a branch that leads to no sink', () => {
    const path = pathFrom('source', {
      source: source(['mapper', 'debug']),
      debug: { type: 'split', to: 'end' },
      end: { type: 'debug' },
      mapper: mapper('sink'),
      sink,
    });
    assert.deepEqual([path.single, path.between], [true, []]);
  });

  describe('and what does not run', () => {
    it('passes over no disabled node', () => {
      const path = pathFrom('source', {
        source: source(['off', 'mapper']),
        off: { type: 'function', d: true, to: 'sink' },
        mapper: mapper('sink'),
        sink,
      });
      assert.deepEqual([path.sink, path.single, path.between], ['sink', true, []]);
    });

    it('does not count a disabled sink, nor one on a disabled tab', () => {
      const path = pathFrom('source', {
        source: source(['off', 'out', 'sink']),
        off: { type: 'blueconic-profiles', d: true },
        out: { type: 'link out', links: ['in'] },
        tab: { type: 'tab', disabled: true },
        in: { type: 'link in', z: 'tab', to: 'elsewhere' },
        elsewhere: { type: 'blueconic-profiles', z: 'tab' },
        sink,
      });
      assert.deepEqual([path.sink, path.single], ['sink', true]);
    });
  });

  describe('over links and junctions', () => {
    it('follows junctions and links to another tab', () => {
      const path = pathFrom('source', {
        source: source('junction'),
        junction: { type: 'junction', to: 'out' },
        out: { type: 'link out', links: ['in'] },
        in: { type: 'link in', to: 'mapper' },
        mapper: mapper('sink'),
        sink,
      });
      assert.deepEqual(path, { sink: 'sink', single: true, between: [] });
    });

    it('follows a link that only its far end knows of, as Node-RED does', () => {
      const path = pathFrom('source', {
        source: source('out'),
        out: { type: 'link out', links: [] },
        in: { type: 'link in', links: ['out'], to: 'sink' },
        sink,
      });
      assert.equal(path.sink, 'sink');
    });

    it('is not single where a link has two ends', () => {
      const path = pathFrom('source', {
        source: source('out'),
        out: { type: 'link out', links: ['in1', 'in2'] },
        in1: { type: 'link in', to: 'sink' },
        in2: { type: 'link in', to: 'sink' },
        sink,
      });
      assert.equal(path.single, false);
    });

    const called = (inner: Drawn): Record<string, Drawn> => ({
      source: source('call'),
      call: { type: 'link call', links: ['in'], to: 'sink' },
      in: { type: 'link in', to: 'inner' },
      inner: { ...inner, to: 'return' },
      return: { type: 'link out', mode: 'return' },
      sink,
    });

    it('leads through what a link call calls, and back', () => {
      const path = pathFrom('source', called({ type: 'function', name: 'drop some' }));
      assert.deepEqual(path, { sink: 'sink', single: true, between: ['"drop some" (function)'] });
    });

    it('is not single where the called nodes take arrays apart', () => {
      assert.equal(pathFrom('source', called({ type: 'split' })).single, false);
    });

    it('leads through calls within calls', () => {
      const path = pathFrom('source', {
        ...called({ type: 'link call', links: ['deeper'] }),
        deeper: { type: 'link in', to: 'innermost' },
        innermost: { type: 'function', name: 'innermost', to: 'deeperReturn' },
        deeperReturn: { type: 'link out', mode: 'return' },
      });
      assert.deepEqual(path, { sink: 'sink', single: true, between: ['"innermost" (function)'] });
    });

    it('goes on behind a dynamic call, whose way only the message knows', () => {
      const path = pathFrom('source', {
        source: source('call'),
        call: { type: 'link call', linkType: 'dynamic', links: ['stale'], to: 'sink' },
        stale: { type: 'link in', to: 'other' },
        other: { type: 'blueconic-profiles' },
        sink,
      });
      assert.deepEqual([path.sink, path.single], ['sink', true]);
    });
  });

  describe('through subflows', () => {
    const definition = (first: string, last: string): Drawn => ({
      type: 'subflow',
      in: [{ wires: [{ id: first }] }],
      out: [{ wires: [{ id: last, port: 0 }] }],
    });

    it('enters, passes the nodes inside, and leaves by the matching output', () => {
      const path = pathFrom('source', {
        source: source('box'),
        box: { type: 'subflow:def', to: 'sink' },
        def: definition('filter', 'filter'),
        filter: { type: 'function', name: 'inside', z: 'def', to: [] },
        sink,
      });
      assert.deepEqual(path, { sink: 'sink', single: true, between: ['"inside" (function)'] });
    });

    it('passes through a subflow whose input is wired straight to its output', () => {
      const path = pathFrom('source', {
        source: source('box'),
        box: { type: 'subflow:def', to: 'sink' },
        def: { type: 'subflow', in: [{ wires: [] }], out: [{ wires: [{ id: 'def', port: 0 }] }] },
        sink,
      });
      assert.equal(path.sink, 'sink');
    });

    it('finds a sink inside, by the id it runs under', () => {
      const path = pathFrom('source', {
        source: source('box'),
        box: { type: 'subflow:def' },
        def: { type: 'subflow', in: [{ wires: [{ id: 'sink' }] }] },
        sink: { ...sink, z: 'def' },
      });
      assert.equal(path.sink, 'box-sink');
    });

    it('finds a sink in a subflow in a subflow', () => {
      const path = pathFrom('source', {
        source: source('outer'),
        outer: { type: 'subflow:outerDef' },
        outerDef: { type: 'subflow', in: [{ wires: [{ id: 'inner' }] }] },
        inner: { type: 'subflow:innerDef', z: 'outerDef' },
        innerDef: { type: 'subflow', in: [{ wires: [{ id: 'sink' }] }] },
        sink: { ...sink, z: 'innerDef' },
      });
      assert.equal(path.sink, 'outer-inner-sink');
    });

    const sourceInside: Record<string, Drawn> = {
      outer: { type: 'subflow:outerDef', to: 'sink' },
      other: { type: 'subflow:outerDef', to: 'otherSink' },
      outerDef: { type: 'subflow', in: [], out: [{ wires: [{ id: 'inner', port: 0 }] }] },
      inner: { type: 'subflow:innerDef', z: 'outerDef', to: [] },
      innerDef: { type: 'subflow', in: [], out: [{ wires: [{ id: 'source', port: 0 }] }] },
      source: { ...source([]), z: 'innerDef' },
      sink,
      otherSink: sink,
    };

    it('leaves from a source inside, by the instance it runs in', () => {
      assert.equal(pathFrom('source', sourceInside, 'outer-inner').sink, 'sink');
      assert.equal(pathFrom('source', sourceInside, 'other-inner').sink, 'otherSink');
    });

    it('keeps two instances of one subflow apart', () => {
      const path = pathFrom('source', {
        source: source('first'),
        first: { type: 'subflow:def', to: 'second' },
        second: { type: 'subflow:def', to: 'sink' },
        def: definition('pass', 'pass'),
        pass: { type: 'junction', z: 'def', to: [] },
        sink,
      });
      assert.deepEqual([path.sink, path.single], ['sink', true]);
    });

    it('stays inside with links that are inside', () => {
      const path = pathFrom('source', {
        source: source('box'),
        box: { type: 'subflow:def', to: 'sink' },
        def: definition('out', 'in'),
        out: { type: 'link out', z: 'def', links: ['in'] },
        in: { type: 'link in', z: 'def', links: ['out'], to: [] },
        sink,
      });
      assert.deepEqual([path.sink, path.single], ['sink', true]);
    });
  });
});
