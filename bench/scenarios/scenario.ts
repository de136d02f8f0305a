import type { AnswerTimes } from '../measure/editorWatch';
import type { LoopDelay } from '../measure/loopDelay';
import type { Spread } from '../measure/statistics';

/** How large a scenario is measured. */
export interface Size {
  profiles: number;
  runs: number;
}

/** What one scenario found: medians over its runs. */
export type Report = SpeedReport | LimitReport | WallReport | StartReport | ScalingReport | PeersReport;

/** How fast the product is beside a floor. */
export interface SpeedReport {
  runs: number;
  /** Profiles of one run. */
  profiles: number;
  /** Profiles per second through the product. */
  rate: number;
  /** Profiles per second through the floor, measured in turns with the product. */
  floor: number;
  /** Median of the ratios of each run to the floor measured right before it. */
  ratio: number;
  /** Least and greatest of each. */
  spread: { rate: Spread; floor: Spread; ratio: Spread };
  /** Event-loop delay of the measured process, time-weighted. */
  eldMs?: LoopDelay;
  /** How long the requests of an open editor waited for their answers meanwhile. */
  editorMs?: AnswerTimes;
  /** CPU time of parsing one page of a segment, which holds the event loop. */
  parseMs?: { p50: number; p99: number; max: number };
  /** Peak anonymous memory above idle; null where the system does not tell. */
  anonAboveIdleMb?: number | null;
  /** Requests that carried profiles, by the run's ledger. */
  requests?: number;
  /** Profiles with something to send, and how many attributes of theirs. */
  changed?: number;
  changedAttributes?: number;
  /** Data points, by the run's ledger. */
  dataPoints?: number;
  /** CPU microseconds per profile: of the product's process, of the floor's, of the servers' in the product's runs. */
  cpuUs?: { product: number; floor: number; servers: number | null };
  /** Share of the run in which the servers were busy: near 1 the servers are what was measured. */
  serversBusy?: { product: number | null; floor: number | null };
}

/** How much of a limit of requests is used. */
export interface LimitReport {
  runs: number;
  profiles: number;
  /** Requests a second that the server takes. */
  limit: number;
  /** Accepted requests a second in the ten seconds that end 30 seconds after the run began. */
  requestRate: number;
  /** `requestRate` to `limit`. */
  ratio: number;
  /** Share of all requests of the run that were answered 429. */
  throttledShare: number;
  /** Seconds from the start of the run until nine tenths of the limit were reached. */
  secondsToLimit: number;
  spread: { ratio: Spread; throttledShare: Spread };
}

/** What a wall of requests costs: the worse of both styles of headers in each run. */
export interface WallReport {
  runs: number;
  profiles: number;
  requests: number;
  /** Time from the first request to the last, to the least in which the wall takes as many. */
  timeRatio: number;
  /** Share of all requests that were answered 429. */
  wastedShare: number;
  spread: { timeRatio: Spread; wastedShare: Spread };
}

/** What a Node-RED without flows pays for having the package: medians of the differences of pairs. */
export interface StartReport {
  runs: number;
  /** Milliseconds that loading the palette takes longer. */
  addedMs: number;
  /** CPU milliseconds that the process needs more until it is idle; null where the system does not tell, as below. */
  addedCpuMs: number | null;
  /** Anonymous memory that it holds more when it is idle. */
  addedMb: number | null;
  spread: { addedMs: Spread; addedCpuMs?: Spread; addedMb?: Spread };
}

/** The same pipeline with ever more profiles, a report for each size. */
export interface ScalingReport {
  runs: number;
  sizes: (SpeedReport & {
    /** Ratio to the floor, beside that of the smallest size: 1 is perfect scaling. */
    ratioToSmallest: number;
  })[];
}

/** Other ways to send the same to Braze, beside ours. */
export interface PeersReport {
  runs: number;
  profiles: number;
  /** Profiles per second, by way and by the latency of Braze's answers in milliseconds. */
  rates: Record<string, Record<string, number>>;
  /** Our rate to the other's; without latency, at 50 and at 200 ms. */
  vsSdk: number;
  vsSdk50: number;
  vsSdk200: number;
  vsSegment: number;
  vsSegment50: number;
  vsSegment200: number;
}

export interface Scenario {
  name: string;
  about: string;
  /** Default size; `runs` is what is wanted where the time allows (`repeatInTime`). */
  size: Size;
  /** With `--quick`; absent: left out then, and said so. */
  quick?: Size;
  /** Runs only where it is asked for by name. */
  onlyByName?: true;
  /** @param say prints a line of progress. @throws Error where what was measured did not do its work rightly. */
  run(size: Size, say: (line: string) => void): Promise<Report>;
}
