import type { Report } from '../scenarios/scenario';
import type { Spread } from './statistics';

const number = new Intl.NumberFormat('en', { maximumFractionDigits: 1 });
const ratioNumber = new Intl.NumberFormat('en', { minimumFractionDigits: 2, maximumFractionDigits: 2 });

/** A report as lines for people: medians, and the spread where runs differ. */
export function reportLines(report: Report): string[] {
  const { rate, floor, ratio, spread, eldMs, anonAboveIdleMb, cpuUs, serversBusy } = report;
  const rows: [string, string][] = [
    ['profiles/s', between(rate, spread.rate)],
    ['floor', between(floor, spread.floor)],
    ['ratio', between(ratio, spread.ratio, ratioNumber)],
  ];
  if (eldMs) {
    rows.push([
      'event loop, ms',
      `p50 ${number.format(eldMs.p50)}, p99 ${number.format(eldMs.p99)}, max ${number.format(eldMs.max)}`,
    ]);
  }
  if (anonAboveIdleMb !== undefined) {
    rows.push([
      'memory above idle',
      anonAboveIdleMb === null ? 'not available on this system' : `${number.format(anonAboveIdleMb)} MB`,
    ]);
  }
  if (report.requests !== undefined) rows.push(['requests', number.format(report.requests)]);
  if (report.dataPoints !== undefined) rows.push(['data points', number.format(report.dataPoints)]);
  if (cpuUs) {
    rows.push([
      'CPU a profile, µs',
      `product ${number.format(cpuUs.product)}, floor ${number.format(cpuUs.floor)}, servers ${cpuUs.servers === null ? 'n/a' : number.format(cpuUs.servers)}`,
    ]);
  }
  if (serversBusy) {
    rows.push([
      'servers busy',
      `product ${percent(serversBusy.product)}, floor ${percent(serversBusy.floor)}`,
    ]);
  }
  return rows.map(([name, value]) => `  ${name.padEnd(18)} ${value}`);
}

function between(value: number, [least, greatest]: Spread, format = number): string {
  return `${format.format(value)}  (${format.format(least)} to ${format.format(greatest)})`;
}

function percent(share: number | null): string {
  return share === null ? 'n/a' : `${Math.round(share * 100)} %`;
}
