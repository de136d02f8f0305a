import { significant } from '../measure/statistics';
import { measureExport } from './exportAllChanged';
import type { ScalingReport, Scenario } from './scenario';

const sizes = [100_000, 1_000_000, 10_000_000];

/** Ten million take an hour and more, so they are measured only where `--profiles 10000000` says so. */
export const scaling: Scenario = {
  name: 'scaling',
  about:
    'export-all-changed with 100,000 and 1,000,000 profiles, and with 10,000,000 where --profiles says so',
  size: { profiles: 1_000_000, runs: 3 },
  async run({ profiles, runs }, say): Promise<ScalingReport> {
    const found: ScalingReport['sizes'] = [];
    const wanted = sizes.filter((size) => size < profiles);
    for (const size of [...wanted, profiles]) {
      say(`${size.toLocaleString('en')} profiles`);
      const report = await measureExport({ profiles: size, runs: size > 1_000_000 ? 1 : runs }, say);
      const smallest = found[0] ?? report;
      found.push({ ...report, ratioToSmallest: significant(report.ratio / smallest.ratio) });
    }
    return { runs, sizes: found };
  },
};
