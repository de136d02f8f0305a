import type {
  LimitReport,
  PeersReport,
  Report,
  ScalingReport,
  SpeedReport,
  StartReport,
  WallReport,
} from '../scenarios/scenario';
import type { Spread } from './statistics';

type Row = [name: string, value: string];

const number = new Intl.NumberFormat('en', { maximumFractionDigits: 1 });
const ratioNumber = new Intl.NumberFormat('en', { minimumFractionDigits: 2, maximumFractionDigits: 2 });

const shareNumber = new Intl.NumberFormat('en', { style: 'percent', maximumFractionDigits: 2 });

/** A report as lines for people: medians, and the spread where runs differ. */
export function reportLines(report: Report): string[] {
  const rows = rowsOf(report);
  return rows.map(([name, value]) => `  ${name.padEnd(18)} ${value}`);
}

function rowsOf(report: Report): Row[] {
  if ('requestRate' in report) return limitRows(report);
  if ('timeRatio' in report) return wallRows(report);
  if ('addedMs' in report) return startRows(report);
  if ('sizes' in report) return scalingRows(report);
  if ('rates' in report) return peersRows(report);
  return speedRows(report);
}

function startRows({ addedMs, addedCpuMs, addedMb, spread }: StartReport): Row[] {
  const known = (value: number | null, range: Spread | undefined, unit: string) =>
    value === null || !range ? 'not available on this system' : `${between(value, range)} ${unit}`;
  return [
    ['added to loading', `${between(addedMs, spread.addedMs)} ms`],
    ['added CPU', known(addedCpuMs, spread.addedCpuMs, 'ms')],
    ['added memory', known(addedMb, spread.addedMb, 'MB')],
  ];
}

function scalingRows({ sizes }: ScalingReport): Row[] {
  return sizes.map(({ profiles, rate, ratio, ratioToSmallest, anonAboveIdleMb, eldMs }) => [
    number.format(profiles),
    [
      `${number.format(rate)} profiles/s`,
      `ratio ${ratioNumber.format(ratio)}`,
      `${ratioNumber.format(ratioToSmallest)} of the smallest's`,
      anonAboveIdleMb == null ? 'memory not available' : `+${number.format(anonAboveIdleMb)} MB`,
      `longest stall ${number.format(eldMs?.max ?? Number.NaN)} ms`,
    ].join(', '),
  ]);
}

function peersRows({
  rates,
  vsSdk,
  vsSdk50,
  vsSdk200,
  vsSegment,
  vsSegment50,
  vsSegment200,
}: PeersReport): Row[] {
  const line = (...values: number[]) => values.map((value) => ratioNumber.format(value)).join(', ');
  return [
    ...Object.entries(rates).map(
      ([way, byLatency]): Row => [
        way,
        Object.entries(byLatency)
          .map(([latency, rate]) => `${number.format(rate)}/s at ${latency} ms`)
          .join(', '),
      ],
    ),
    ['ours to SDK', line(vsSdk, vsSdk50, vsSdk200)],
    ['ours to Segment', line(vsSegment, vsSegment50, vsSegment200)],
  ];
}

function limitRows({
  limit,
  requestRate,
  ratio,
  throttledShare,
  secondsToLimit,
  spread,
}: LimitReport): Row[] {
  return [
    ['requests/s', `${number.format(requestRate)} of ${number.format(limit)}`],
    ['ratio', between(ratio, spread.ratio, ratioNumber)],
    ['answered 429', between(throttledShare, spread.throttledShare, shareNumber)],
    ['0.9 reached after', `${number.format(secondsToLimit)} s`],
  ];
}

function wallRows({ requests, timeRatio, wastedShare, spread }: WallReport): Row[] {
  return [
    ['requests', number.format(requests)],
    ['time to the ideal', between(timeRatio, spread.timeRatio, ratioNumber)],
    ['answered 429', between(wastedShare, spread.wastedShare, shareNumber)],
  ];
}

function speedRows(report: SpeedReport): Row[] {
  const { rate, floor, ratio, spread, eldMs, editorMs, anonAboveIdleMb, cpuUs, serversBusy } = report;
  const rows: Row[] = [
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
  if (editorMs) {
    rows.push([
      'editor waits, ms',
      `p50 ${number.format(editorMs.p50)}, p95 ${number.format(editorMs.p95)}, max ${number.format(editorMs.max)}`,
    ]);
  }
  const { parseMs } = report;
  if (parseMs) {
    rows.push([
      'parsing a page, ms',
      `p50 ${number.format(parseMs.p50)}, p99 ${number.format(parseMs.p99)}, max ${number.format(parseMs.max)}`,
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
  return rows;
}

function between(value: number, [least, greatest]: Spread, format = number): string {
  return `${format.format(value)}  (${format.format(least)} to ${format.format(greatest)})`;
}

function percent(share: number | null): string {
  return share === null ? 'n/a' : `${Math.round(share * 100)} %`;
}
