import assert from 'node:assert/strict';
import { looseSources } from '../../nodes/profile-sync-runs/looseSources';
import type { WiredNode } from '../../nodes/shell/flowPath';

const tab: WiredNode = { id: 't', type: 'tab' };
const node = (
  id: string,
  type: string,
  wires: string[][] = [],
  more: Partial<WiredNode> = {},
): WiredNode => ({
  id,
  type,
  z: 't',
  wires,
  ...more,
});
const loose = (...nodes: WiredNode[]) =>
  looseSources(new Map([tab, ...nodes].map((one) => [one.id, one]))).map(({ id }) => id);

describe('sources without a connection', () => {
  const free = node('free', 'braze-segment-export', [], { name: 'Members' });

  it('are named and have a direction', () => {
    const found = looseSources(
      new Map([tab, free, node('d', 'blueconic-delta')].map((one) => [one.id, one])),
    );
    assert.deepEqual(found, [
      { id: 'free', name: 'Members', direction: 'import' },
      { id: 'd', name: 'blueconic-delta', direction: 'export' },
    ]);
  });

  it('are not those that an output of a connection leads to, also over other nodes', () => {
    const connection = node('c', 'profile-sync-connection', [[], ['change'], ['out']]);
    const links = [node('out', 'link out', [], { links: ['in'] }), node('in', 'link in', [['third']])];
    const ordered = [node('change', 'change', [['second']]), node('second', 'blueconic-delta')];
    assert.deepEqual(loose(free, connection, ...links, ...ordered, node('third', 'blueconic-delta')), [
      'free',
    ]);
  });

  it('are those behind a sink: what a sink sends starts a run, but no run of the connection', () => {
    const connection = node('c', 'profile-sync-connection', [[], ['first']]);
    const chain = [
      node('first', 'blueconic-delta', [['sink']]),
      node('sink', 'braze-users-track', [['free']]),
    ];
    assert.deepEqual(loose(free, connection, ...chain), ['free']);
  });

  it('are running: neither disabled, nor on a disabled tab, nor in the definition of a subflow', () => {
    const off = node('off', 'blueconic-delta', [], { d: true });
    const closed: WiredNode = { id: 'closed', type: 'tab', disabled: true };
    const there = node('there', 'blueconic-delta', [], { z: 'closed' });
    const inside = node('inside', 'blueconic-delta', [], { z: 's' });
    assert.deepEqual(loose(free, off, closed, there, { id: 's', type: 'subflow' }, inside), ['free']);
  });
});
