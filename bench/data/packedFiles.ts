import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import { changedDeltaLine, deltaLine } from './deltaRecord';
import { exportedUserLine } from './exportedUser';

const compress = promisify(gzip);

export const profilesPerFile = 5_000;

/** A gzip file of NDJSON. */
export interface PackedFile {
  key: string;
  bytes: Buffer;
}

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
): AsyncGenerator<PackedFile> {
  const line = (index: number) =>
    changedEvery !== undefined && index % changedEvery === 0
      ? changedDeltaLine(seed, index)
      : deltaLine(seed, index);
  for await (const { number, bytes } of packedLines(from, to, line)) {
    yield { key: `${prefix}delta-${String(number).padStart(5, '0')}.ndjson.gz`, bytes };
  }
}

/** What Braze writes into the folder of a segment export of these users. */
export async function* exportedFiles({ seed, from, to }: DeltaRange): AsyncGenerator<PackedFile> {
  for await (const { number, bytes } of packedLines(from, to, (index) => exportedUserLine(seed, index))) {
    yield { key: `users-${String(number).padStart(5, '0')}.gz`, bytes };
  }
}

async function* packedLines(
  from: number,
  to: number,
  line: (index: number) => string,
): AsyncGenerator<{ number: number; bytes: Buffer }> {
  for (let first = from; first < to; first += profilesPerFile) {
    const lines: string[] = [];
    for (let index = first; index < Math.min(to, first + profilesPerFile); index++) {
      lines.push(`${line(index)}\n`);
    }
    yield { number: first / profilesPerFile, bytes: await compress(lines.join('')) };
  }
}
