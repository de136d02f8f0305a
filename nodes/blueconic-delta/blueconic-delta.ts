import type { Node, NodeAPI, NodeDef } from 'node-red';
import { readingScope } from '../../src/blueconic/fullRead';
import { segmentReading } from '../../src/blueconic/segmentReading';
import { SegmentSource } from '../../src/blueconic/segmentSource';
import { filesWaiting } from '../../src/run/notices';
import { DeltaFilesSource } from '../../src/s3/deltaFilesSource';
import type { BlueConicConfigNode } from '../blueconic-config/blueconic-config';
import type { S3ConfigNode } from '../profile-sync-s3-config/profile-sync-s3-config';
import { wholeNumber } from '../shell/configValue';
import { configNode, required } from '../shell/settings';
import { type SourceNodeDef, sourceShell } from '../shell/sourceShell';
import { type DeltaFilesDef, deltaFilesOf } from './deltaFilesSettings';
import { importsInto } from './importsInto';

interface BlueConicDeltaDef extends NodeDef, SourceNodeDef, DeltaFilesDef {
  origin: string;
  blueconic: string;
  segment: string;
  properties: string[];
  pageRows: number | string;
  /** `whole` or `now`; flows from before this setting have none, which is `whole`. */
  firstRun?: string;
  fullReadDays?: number | string;
  leavers?: boolean;
  s3: string;
}

export default function register(RED: NodeAPI): void {
  function BlueConicDelta(this: Node, def: BlueConicDeltaDef): void {
    RED.nodes.createNode(this, def);
    sourceShell({
      RED,
      node: this,
      def,
      direction: 'export',
      remembers: (nodes, sink) =>
        def.origin !== 'files' && sink?.type !== 'blueconic-profiles'
          ? importsInto(RED, def.blueconic, nodes)
          : undefined,
      scopeText: (source, words) => {
        if (!(source instanceof SegmentSource)) return undefined;
        const count = source.propertyCount;
        return count === undefined ? words('status.allProperties') : words('status.properties', { count });
      },
      waitingText: ({ notices }, words) => {
        const files = filesWaiting(notices);
        return files > 0 ? words('status.filesWaiting', { files }) : undefined;
      },
      open: (store, goalId, { fullRead, mappings, read }) => {
        if (def.origin === 'files') {
          const s3 = configNode<S3ConfigNode>(RED, def.s3, 'S3');
          return new DeltaFilesSource(s3.bucket(), store, { ...deltaFilesOf(def), goalId, fullRead });
        }
        const leavers = def.leavers === true;
        const blueconic = configNode<BlueConicConfigNode>(RED, def.blueconic, 'BlueConic');
        return new SegmentSource(blueconic.client(), store, {
          goalId,
          segmentId: required(def.segment, 'a BlueConic segment'),
          reading: segmentReading({ chosen: def.properties ?? [], leavers, read }),
          leavers,
          pageRows: Math.max(1, wholeNumber(def.pageRows, 1000)),
          fullRead,
          fullReads: {
            firstRun: def.firstRun === 'now' ? 'now' : 'whole',
            everyDays: Math.max(0, wholeNumber(def.fullReadDays, 7)),
            scope: readingScope(def.properties ?? [], mappings, leavers),
          },
        });
      },
    });
  }
  RED.nodes.registerType('blueconic-delta', BlueConicDelta as never);
}
