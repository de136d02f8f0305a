import { fileTooLarge } from './fileErrors';

/** What a packed file may grow to; beyond it counts as a decompression bomb. */
export interface UnpackLimits {
  /** How the file is called in errors. Default "the file". */
  file?: string;
  /** Decompressed bytes, of all members together. Default 64 GiB. */
  maxBytes?: number;
  /**
   * Decompressed bytes per compressed byte, judged once more than 16 MiB came out. Default 500: profile exports
   * reach 5 to 30, near-identical profiles 150, a file of zeros a little over 1,000.
   */
  maxRatio?: number;
  /** Members of a zip archive. Default 10,000. */
  maxMembers?: number;
}

const ratioCountsFromBytes = 16 * 1024 * 1024;

/** Counts what goes into and comes out of one packed file, and ends the reading where a limit is passed. */
export class UnpackGuard {
  readonly file: string;
  readonly maxMembers: number;
  readonly #maxBytes: number;
  readonly #maxRatio: number;
  #taken = 0;
  #produced = 0;

  constructor(limits: UnpackLimits) {
    this.file = limits.file ?? 'the file';
    this.maxMembers = limits.maxMembers ?? 10_000;
    this.#maxBytes = limits.maxBytes ?? 64 * 1024 ** 3;
    this.#maxRatio = limits.maxRatio ?? 500;
  }

  /** Compressed bytes so far. */
  get taken(): number {
    return this.#taken;
  }

  take(bytes: number): void {
    this.#taken += bytes;
  }

  /** @throws SyncError `FILE_TOO_LARGE` */
  produce(bytes: number): void {
    this.#produced += bytes;
    this.judge(this.#produced, this.#taken);
  }

  /** The same for sizes that an archive states of itself. @throws SyncError `FILE_TOO_LARGE` */
  judge(produced: number, taken: number): void {
    if (produced > this.#maxBytes) throw fileTooLarge(this.file, `more than ${this.#maxBytes} bytes`);
    if (produced > ratioCountsFromBytes && produced > taken * this.#maxRatio) {
      throw fileTooLarge(this.file, `more than ${this.#maxRatio} times its compressed size`);
    }
  }
}
