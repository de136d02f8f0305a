import type { AnswerTimes } from '../measure/editorWatch';
import type { LoopDelay } from '../measure/loopDelay';
import type { Spread } from '../measure/statistics';

/** How large a scenario is measured. */
export interface Size {
  profiles: number;
  runs: number;
}

/** What one scenario found: medians over its runs. */
export type Report = SpeedReport | LimitReport | WallReport;

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

export interface Scenario {
  name: string;
  about: string;
  /** Default size; `runs` is what is wanted where the time allows (`repeatInTime`). */
  size: Size;
  /** With `--quick`. */
  quick: Size;
  /** @param say prints a line of progress. @throws Error where what was measured did not do its work rightly. */
  run(size: Size, say: (line: string) => void): Promise<Report>;
}
