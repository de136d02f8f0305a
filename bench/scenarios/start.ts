import { setTimeout as sleep } from 'node:timers/promises';
import { NodeRedRuntime } from '../../test/support/nodeRedRuntime';
import { anonymousMb, cpuTimeUs } from '../measure/processFigures';
import { repeatInTime } from '../measure/repeat';
import { median, significant, spread } from '../measure/statistics';
import { elapsed } from './pairs';
import type { Scenario } from './scenario';

const startTimeoutMs = 120_000;
/** After its start a Node-RED is idle within this time. */
const settleMs = 2_000;

interface Started {
  /** Milliseconds from the line of the log that says that nodes are being loaded to the next one. */
  loadMs: number;
  /** CPU milliseconds from the start of the process. */
  cpuMs: number | undefined;
  mb: number | undefined;
}

export const start: Scenario = {
  name: 'start',
  about: 'what a Node-RED without flows pays for having the package installed',
  size: { profiles: 0, runs: 9 },
  async run({ runs }, say) {
    // The first start of all fills the caches of the disk.
    await started(true);
    const pairs = await repeatInTime(runs, async (run) => {
      const without = await started(false);
      const withPackage = await started(true);
      const added = {
        ms: withPackage.loadMs - without.loadMs,
        cpuMs: elapsed(without.cpuMs, withPackage.cpuMs),
        mb: elapsed(without.mb, withPackage.mb),
      };
      say(
        `run ${run}   ${without.loadMs} -> ${withPackage.loadMs} ms   CPU ${added.cpuMs?.toFixed(0)} ms more   ${added.mb?.toFixed(1)} MB more`,
      );
      return added;
    });
    const ms = pairs.map((pair) => significant(pair.ms));
    const cpuMs = pairs.map((pair) => pair.cpuMs).filter((value) => value !== undefined);
    const mb = pairs.map((pair) => pair.mb).filter((value) => value !== undefined);
    return {
      runs: pairs.length,
      addedMs: significant(median(ms)),
      addedCpuMs: cpuMs.length > 0 ? significant(median(cpuMs)) : null,
      addedMb: mb.length > 0 ? significant(median(mb)) : null,
      spread: {
        addedMs: spread(ms),
        ...(cpuMs.length > 0 && { addedCpuMs: spread(cpuMs) }),
        ...(mb.length > 0 && { addedMb: spread(mb) }),
      },
    };
  },
};

async function started(withPackage: boolean): Promise<Started> {
  const nodeRed = await NodeRedRuntime.start({ withPackage, startTimeoutMs });
  try {
    await sleep(settleMs);
    const lines = nodeRed.log();
    const loading = lines.findIndex(({ text }) => text.includes('Loading palette nodes'));
    const from = lines[loading];
    const to = lines[loading + 1];
    if (!from || !to) throw new Error('The log of Node-RED does not tell when it loaded its nodes.');
    const cpuUs = cpuTimeUs(nodeRed.pid);
    return {
      loadMs: to.timestamp - from.timestamp,
      cpuMs: cpuUs === undefined ? undefined : cpuUs / 1000,
      mb: anonymousMb(nodeRed.pid),
    };
  } finally {
    await nodeRed.stop();
  }
}
