import type { SandboxDescription } from '../../src/sandbox/sandbox';
import { type FlowNode, inject, tab } from '../../test/support/flowProbe';
import { benchSink } from './benchSink';

/** The goals of this flow: one reads a few records to warm the process up, the other the whole segment. */
export const segmentGoals = {
  warmUp: { trigger: 'trigger-warm-up', source: 'source-warm-up' },
  whole: { trigger: 'trigger-whole', source: 'source-whole' },
};

/** A BlueConic segment, wired straight to a sink that decides at once; every setting at its default. */
export function segmentFlow(
  { blueconic }: SandboxDescription,
  warmUpProfiles: number,
): { nodes: FlowNode[]; credentials: Record<string, Record<string, string>> } {
  const goal = ({ trigger, source }: { trigger: string; source: string }, changes: object): FlowNode[] => [
    inject(trigger, 'bench', [source]),
    {
      id: source,
      type: 'blueconic-delta',
      z: 'bench',
      name: '',
      origin: 'segment',
      blueconic: 'blueconic',
      segment: blueconic.segment,
      segmentName: '',
      properties: [],
      pageRows: 1000,
      firstRun: 'whole',
      fullReadDays: 7,
      s3: '',
      prefix: '',
      firstRows: '',
      batchRows: 100,
      idleSeconds: 60,
      onSilence: 'fail',
      afterRestart: 'resume',
      store: '',
      ...changes,
      wires: [['sink']],
    },
  ];
  return {
    nodes: [
      tab('bench'),
      { id: 'blueconic', type: 'blueconic-config', name: '', url: blueconic.url },
      ...goal(segmentGoals.warmUp, { firstRows: String(warmUpProfiles) }),
      ...goal(segmentGoals.whole, {}),
      benchSink('sink', 'bench'),
    ],
    credentials: {
      blueconic: { clientId: blueconic.clientId, clientSecret: blueconic.clientSecret },
    },
  };
}
