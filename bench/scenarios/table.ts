import { exportAllChanged } from './exportAllChanged';
import { export10pctChanged, export30pctChanged } from './exportChanged';
import { exportLatency } from './exportLatency';
import { exportWall } from './exportWall';
import { importFull } from './importFull';
import { mapper } from './mapper';
import { peers } from './peers';
import { readOnly } from './readOnly';
import { scaling } from './scaling';
import type { Scenario } from './scenario';
import { segmentRead } from './segmentRead';
import { start } from './start';

/** Every scenario, in the order in which they run. */
export const scenarios: readonly Scenario[] = [
  exportAllChanged,
  export10pctChanged,
  export30pctChanged,
  exportLatency,
  exportWall,
  segmentRead,
  importFull,
  readOnly,
  mapper,
  start,
  scaling,
  peers,
];
