import type { AnswerTimes } from '../measure/editorWatch';
import type { LoopDelay } from '../measure/loopDelay';
import { median, significant, spread } from '../measure/statistics';
import type { Size, SpeedReport } from './scenario';

/** One way through a pipeline, the product's or the floor's. */
export interface Way {
  rate: number;
  cpuUs: number;
  /** CPU time of the servers' process meanwhile; undefined where the system does not tell. */
  serversUs: number | undefined;
  seconds: number;
}

export interface ProductWay extends Way {
  eldMs: LoopDelay;
  anonAboveIdleMb: number | undefined;
  /** What the editor waited for its answers meanwhile. */
  editorMs?: AnswerTimes;
  /** Absent where nothing is sent. */
  requests?: number;
  /** Absent where nothing is charged. */
  dataPoints?: number;
}

/** A floor and the product right after it. */
export type Pair = { floor: Way; product: ProductWay };

export function way(profiles: number, ms: number, cpuUs: number, serversUs: number | undefined): Way {
  return {
    rate: (profiles / ms) * 1000,
    seconds: ms / 1000,
    cpuUs: cpuUs / profiles,
    serversUs: serversUs === undefined ? undefined : serversUs / profiles,
  };
}

export function elapsed(before: number | undefined, after: number | undefined): number | undefined {
  return before === undefined || after === undefined ? undefined : after - before;
}

export function line(run: number, floor: Way, product: ProductWay): string {
  const { eldMs, editorMs, anonAboveIdleMb } = product;
  return [
    `run ${run}`,
    `floor ${Math.round(floor.rate)}/s`,
    `product ${Math.round(product.rate)}/s`,
    `ratio ${(product.rate / floor.rate).toFixed(3)}`,
    `CPU ${product.cpuUs.toFixed(1)} of ${floor.cpuUs.toFixed(1)} µs`,
    `event loop p50 ${eldMs.p50.toFixed(1)}, p99 ${eldMs.p99.toFixed(1)}, max ${eldMs.max.toFixed(1)} ms`,
    ...(editorMs ? [`editor p95 ${editorMs.p95.toFixed(1)} ms`] : []),
    anonAboveIdleMb === undefined ? 'memory not available' : `+${anonAboveIdleMb.toFixed(0)} MB`,
  ].join('   ');
}

export function report({ profiles }: Size, pairs: readonly Pair[]): SpeedReport {
  const of = (pick: (pair: Pair) => number) => pairs.map(pick).map((value) => significant(value));
  const known = (pick: (pair: Pair) => number | undefined) => {
    const values = pairs.map(pick).filter((value) => value !== undefined);
    return values.length < pairs.length ? undefined : significant(median(values));
  };
  const rate = of(({ product }) => product.rate);
  const floor = of((pair) => pair.floor.rate);
  const ratio = of((pair) => pair.product.rate / pair.floor.rate);
  const middle = (pick: (pair: Pair) => number) => significant(median(pairs.map(pick)));
  const requests = known(({ product }) => product.requests);
  const dataPoints = known(({ product }) => product.dataPoints);
  return {
    runs: pairs.length,
    profiles,
    rate: significant(median(rate)),
    floor: significant(median(floor)),
    ratio: significant(median(ratio)),
    spread: { rate: spread(rate), floor: spread(floor), ratio: spread(ratio) },
    eldMs: {
      p50: middle(({ product }) => product.eldMs.p50),
      p99: middle(({ product }) => product.eldMs.p99),
      max: middle(({ product }) => product.eldMs.max),
    },
    ...(pairs.every(({ product }) => product.editorMs) && {
      editorMs: {
        p50: middle(({ product }) => product.editorMs!.p50),
        p95: middle(({ product }) => product.editorMs!.p95),
        max: middle(({ product }) => product.editorMs!.max),
      },
    }),
    anonAboveIdleMb: known(({ product }) => product.anonAboveIdleMb) ?? null,
    ...(requests !== undefined && { requests }),
    ...(dataPoints !== undefined && { dataPoints }),
    cpuUs: {
      product: middle(({ product }) => product.cpuUs),
      floor: middle((pair) => pair.floor.cpuUs),
      servers: known(({ product }) => product.serversUs) ?? null,
    },
    serversBusy: {
      product: known(({ product }) => busy(product, profiles)) ?? null,
      floor: known((pair) => busy(pair.floor, profiles)) ?? null,
    },
  };
}

function busy({ serversUs, seconds }: Way, profiles: number): number | undefined {
  return serversUs === undefined ? undefined : (serversUs * profiles) / 1_000_000 / seconds;
}
