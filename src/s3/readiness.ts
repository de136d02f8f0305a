import type { StoredFile } from '../codec/fileStore';
import { markerEnding } from '../codec/keyPattern';
import type { RunNotice } from '../run/notices';

/** When a new file is read: once it has an age by its store's clock, or once a marker beside it says that it is whole. */
export type Readiness = { by: 'age'; minutes: number } | { by: 'marker' };

/** Tells of listed files which can be read now, and of the others why not. */
export class ReadinessCheck {
  readonly #readiness: Readiness;
  readonly #markers: ReadonlyMap<string, Date>;
  #left = 0;

  /** @param markers when each marker was written, by its key. */
  constructor(readiness: Readiness, markers: ReadonlyMap<string, Date>) {
    this.#readiness = readiness;
    this.#markers = markers;
  }

  isReady(file: StoredFile): boolean {
    const ready = this.#readiness.by === 'age' ? isOld(file, this.#readiness.minutes) : this.#isMarked(file);
    if (!ready) this.#left++;
    return ready;
  }

  /** About the files that were not ready; undefined: all were. */
  get left(): RunNotice | undefined {
    const files = this.#left;
    if (files === 0) return undefined;
    return this.#readiness.by === 'marker'
      ? { code: 'filesUnmarked', values: { files } }
      : { code: 'filesYoung', values: { files, minutes: this.#readiness.minutes } };
  }

  /** A marker that is older than its file was written for a version that has been replaced since. */
  #isMarked({ key, lastModified }: StoredFile): boolean {
    const marked = this.#markers.get(key + markerEnding);
    return marked !== undefined && marked >= lastModified;
  }
}

/** Where a store does not tell its time, this machine's clock stands in for it. */
function isOld({ lastModified, listedAt = new Date() }: StoredFile, minutes: number): boolean {
  // S3 tells the time of its listing in whole seconds, and some stores that of a file to the millisecond.
  const modified = Math.floor(lastModified.getTime() / 1000) * 1000;
  return listedAt.getTime() - modified >= minutes * 60_000;
}
