import { S3Error } from './s3Error';

/** Both ends included. */
export interface ByteRange {
  first: number;
  last: number;
}

/**
 * Reads a `Range` header for an object of `size` bytes. `undefined`: send the whole object, as S3 does without the
 * header, with one it cannot read, and with several ranges.
 * @throws S3Error `InvalidRange` where no byte of the object is asked for
 */
export function readRange(header: string | undefined, size: number): ByteRange | undefined {
  const [, from, to] = /^bytes=(\d*)-(\d*)$/.exec(header?.trim() ?? '') ?? [];
  if (from === undefined || to === undefined || (from === '' && to === '')) return undefined;
  if (from !== '' && to !== '' && Number(to) < Number(from)) return undefined;
  const first = from === '' ? Math.max(0, size - Number(to)) : Number(from);
  const last = from === '' || to === '' ? size - 1 : Math.min(Number(to), size - 1);
  if (first > last) {
    throw new S3Error('InvalidRange', undefined, {
      RangeRequested: header!,
      ActualObjectSize: String(size),
    });
  }
  return { first, last };
}
