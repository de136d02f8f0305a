/** A record's identity within its run: `run/unit/row`. Unit and row are whole numbers from 1; unit 0 holds added rows. */
export interface RowRef {
  run: string;
  unit: number;
  row: number;
}

const slash = 47;
const zero = 48;

export function formatRef(run: string, unit: number, row: number): string {
  return `${run}/${unit}/${row}`;
}

/** Reads a ref; `undefined` for anything that is not one. Called once per row, so it makes no pieces but the run id. */
export function parseRef(ref: unknown): RowRef | undefined {
  if (typeof ref !== 'string') return undefined;
  const first = ref.indexOf('/');
  if (first < 1) return undefined;
  const second = ref.indexOf('/', first + 1);
  if (second < 0) return undefined;
  const unit = digits(ref, first + 1, second);
  const row = digits(ref, second + 1, ref.length);
  if (unit < 0 || row < 1) return undefined;
  return { run: ref.slice(0, first), unit, row };
}

function digits(text: string, from: number, to: number): number {
  if (to <= from || to - from > 10 || text.charCodeAt(from) === slash) return -1;
  let value = 0;
  for (let at = from; at < to; at++) {
    const digit = text.charCodeAt(at) - zero;
    if (digit < 0 || digit > 9) return -1;
    value = value * 10 + digit;
  }
  return value;
}
