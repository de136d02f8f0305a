import type { Figures } from './sidebarData.editor';

/** What the chart can show; each is a stack of two or three series. */
export const chartKinds = ['profiles', 'dataPoints', 'requests'] as const;
export type ChartKind = (typeof chartKinds)[number];

export interface ChartSeries {
  /** In the catalogue, and in the style. */
  name: keyof Figures;
  values: number[];
  total: number;
}

const shown: Readonly<Record<ChartKind, readonly (keyof Figures)[]>> = {
  profiles: ['accepted', 'unchanged', 'failed'],
  dataPoints: ['dataPoints', 'dataPointsSaved'],
  requests: ['requests', 'retries'],
};

/** The series of a kind, from the foot of the columns up. */
export function seriesOf(kind: ChartKind, buckets: readonly Figures[]): ChartSeries[] {
  return shown[kind].map((name) => {
    const values = buckets.map((bucket) => bucket[name]);
    return { name, values, total: values.reduce((sum, value) => sum + value, 0) };
  });
}
