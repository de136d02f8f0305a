/** Where everything of a bar chart is drawn, in units of its view box. */
export interface ChartGeometry {
  width: number;
  height: number;
  /** The foot of the bars. */
  baseline: number;
  left: number;
  right: number;
  bars: Bar[];
  /** Lines with a value at their left, from the baseline up. */
  ticks: { y: number; value: number }[];
  /** Stretches of time that have a label, and the middle of each. */
  labels: { x: number; at: number }[];
}

/** A part of a column: the value of one series at one stretch of time. */
export interface Bar {
  series: number;
  at: number;
  x: number;
  y: number;
  width: number;
  height: number;
}

const size = { width: 320, height: 150, left: 40, right: 8, top: 8, bottom: 20 };
/** Of a column's room. */
const gap = 0.25;
const wantedTicks = 3;

/** Columns of stacked values. @param series per series a value for each stretch of time, none below zero */
export function chartGeometry(series: readonly (readonly number[])[]): ChartGeometry {
  const { width, height, left, right, top, bottom } = size;
  const columns = Math.max(0, ...series.map((values) => values.length));
  const totals = Array.from({ length: columns }, (_, at) => sum(series.map((values) => values[at] ?? 0)));
  const step = tickStep(Math.max(0, ...totals));
  const most = step * wantedTicks;
  const baseline = height - bottom;
  const scale = (baseline - top) / most;
  const room = columns > 0 ? (width - left - right) / columns : 0;
  const bars: Bar[] = [];
  for (let at = 0; at < columns; at++) {
    let y = baseline;
    for (const [number, values] of series.entries()) {
      const tall = (values[at] ?? 0) * scale;
      y -= tall;
      const x = left + room * (at + gap / 2);
      if (tall > 0) bars.push({ series: number, at, x, y, width: room * (1 - gap), height: tall });
    }
  }
  return {
    width,
    height,
    baseline,
    left,
    right: width - right,
    bars,
    ticks: Array.from({ length: wantedTicks + 1 }, (_, tick) => ({
      y: baseline - tick * step * scale,
      value: tick * step,
    })),
    labels: labelled(columns).map((at) => ({ at, x: left + room * (at + 0.5) })),
  };
}

/** 1, 2 or 5 times a power of ten, so that so many steps reach the highest value; whole, for rows are. */
function tickStep(highest: number): number {
  const least = Math.max(1, highest / wantedTicks);
  const power = 10 ** Math.floor(Math.log10(least));
  return ([1, 2, 5, 10].find((times) => times * power >= least) ?? 10) * power;
}

/** The first, one in the middle, and the last: more would not fit side by side. */
function labelled(columns: number): number[] {
  if (columns < 3) return columns === 0 ? [] : [0];
  return [0, Math.floor((columns - 1) / 2), columns - 1];
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
