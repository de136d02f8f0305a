import { readFileSync } from 'node:fs';
import { cpus, loadavg, totalmem } from 'node:os';
import { join } from 'node:path';
import { nodeRedDir } from '../../test/support/places';

/** What the figures depend on; nothing that names the machine. */
export interface Machine {
  platform: string;
  cpu: string;
  cores: number;
  memoryGb: number;
  node: string;
  nodeRed: string;
  /** Runnable processes in the last minute, taken before the first scenario: what else the machine was busy with. */
  loadBefore: number;
}

export function describeMachine(): Machine {
  const { version } = JSON.parse(readFileSync(join(nodeRedDir, 'package.json'), 'utf8')) as {
    version: string;
  };
  return {
    platform: `${process.platform} ${process.arch}`,
    cpu: cpus()[0]?.model.trim() ?? 'unknown',
    cores: cpus().length,
    memoryGb: Math.round(totalmem() / 1024 ** 3),
    node: process.version,
    nodeRed: version,
    loadBefore: Math.round(loadavg()[0]! * 100) / 100,
  };
}
