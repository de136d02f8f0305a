import { setTimeout as sleep } from 'node:timers/promises';
import type { PackedFile } from '../data/packedFiles';
import type { BenchServers } from './benchServers';

const lookEveryMs = 20;
const patienceMs = 60_000;

/**
 * A segment whose exports hold files that were made beforehand: to the sandbox's Braze it is empty, so that it writes
 * nothing, and the files are put where they belong while the source waits for them. Making them while a run is measured
 * would keep the servers busy.
 */
export class ExportedSegment {
  readonly id: string;
  readonly #servers: BenchServers;
  readonly #files: readonly PackedFile[];
  #keys: string[] = [];
  #exports = 0;

  private constructor(servers: BenchServers, id: string, files: readonly PackedFile[]) {
    this.#servers = servers;
    this.id = id;
    this.#files = files;
  }

  static async define(
    servers: BenchServers,
    id: string,
    files: readonly PackedFile[],
  ): Promise<ExportedSegment> {
    await servers.control('POST', '/braze/segments', [{ id, name: id, includes: { from: 0, to: 0 } }]);
    return new ExportedSegment(servers, id, files);
  }

  /** Waits until an export was asked for, writes its files, and resolves as soon as the first one is being read. */
  async arrive(): Promise<void> {
    const prefix = await this.#asked();
    const folder = `segment-export/${this.id}/2026-01-01/${prefix}/`;
    const readBefore = await this.#servers.objectReads();
    await this.#servers.putFiles(folder, this.#files);
    this.#keys = this.#files.map(({ key }) => folder + key);
    await this.#until(
      'a file of the export to be read',
      async () => (await this.#servers.objectReads()) > readBefore,
    );
  }

  /** Removes the files of the last export. */
  async remove(): Promise<void> {
    await this.#servers.removeFiles(this.#keys);
    this.#keys = [];
  }

  /** The object prefix of the next export. */
  async #asked(): Promise<string> {
    const prefix = await this.#until('the export to be asked for', async () => {
      const { exports } = await this.#servers.control<{
        exports: { segmentId: string; objectPrefix: string }[];
      }>('GET', '/braze/exports');
      return exports.filter(({ segmentId }) => segmentId === this.id)[this.#exports]?.objectPrefix;
    });
    this.#exports++;
    return prefix;
  }

  async #until<T>(what: string, look: () => Promise<T | undefined | false>): Promise<T> {
    const deadline = Date.now() + patienceMs;
    for (;;) {
      const found = await look();
      if (found) return found;
      if (Date.now() > deadline) throw new Error(`Waited in vain for ${what}.`);
      await sleep(lookEveryMs);
    }
  }
}
