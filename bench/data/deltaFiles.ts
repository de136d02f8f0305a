import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import { changedDeltaLine, deltaLine } from './deltaRecord';

const compress = promisify(gzip);

export const profilesPerFile = 5_000;

/** Customers `from` up to but not including `to` of this seed. */
export interface DeltaRange {
  seed: number;
  from: number;
  to: number;
  /** Every how-manyth customer has changed; undefined: none. */
  changedEvery?: number;
}

/** The gzip NDJSON delta files of a range of customers, in key order; the same for the same range. */
export async function* deltaFiles(
  prefix: string,
  { seed, from, to, changedEvery }: DeltaRange,
): AsyncGenerator<{ key: string; bytes: Buffer }> {
  for (let first = from; first < to; first += profilesPerFile) {
    const lines: string[] = [];
    for (let index = first; index < Math.min(to, first + profilesPerFile); index++) {
      const line = changedEvery !== undefined && index % changedEvery === 0 ? changedDeltaLine : deltaLine;
      lines.push(`${line(seed, index)}\n`);
    }
    const key = `${prefix}delta-${String(first / profilesPerFile).padStart(5, '0')}.ndjson.gz`;
    yield { key, bytes: await compress(lines.join('')) };
  }
}
