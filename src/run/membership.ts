import { createHash } from 'node:crypto';
import type { StateStore, StoreWrite } from '../store/store';

/** A stamp is the number of a complete read: the one that saw the profile last, or the one after which it came. */
const stampBytes = 4;
/** Entries of profiles that left long ago, deleted together. */
const sweptTogether = 1_000;
const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

interface Head {
  /** The newest read that began. */
  read: number;
  /** The newest one that came to its end with a run that succeeded; none before the first. */
  complete?: number;
}

/**
 * Who is in a segment, as far as a goal knows: an entry of some 40 bytes for each profile. Whoever was not seen by a
 * complete read, but was there after the last one before it, has left. Nothing is held in memory, and nothing is
 * deleted while a read goes on: an entry whose stamp is older than the last complete read is as good as none.
 */
export class Membership {
  readonly #store: StateStore;
  readonly #headKey: string;
  readonly #prefix: string;

  /** @param headKey of an entry in the space of watermarks, so that both are reset together. */
  constructor(store: StateStore, headKey: string, goalId: string, segmentId: string) {
    this.#store = store;
    this.#headKey = headKey;
    this.#prefix = memberPrefix(goalId) + shortHash(segmentId);
  }

  /** The stamp for a read of the whole segment that begins now, durable before it is used. @param now epoch milliseconds */
  async beginRead(now: number): Promise<number> {
    const head = await this.#head();
    // By the clock as well: entries may have outlived the head, and must look older than everything after it.
    const read = Math.max((head?.read ?? 0) + 1, Math.floor(now / 1000));
    await this.#store.commit([this.#headWrite({ ...head, read })]);
    return read;
  }

  /** The stamp for profiles met in between; undefined before the first complete read. */
  async lastComplete(): Promise<number | undefined> {
    return (await this.#head())?.complete;
  }

  seen(ids: readonly string[], stamp: number): StoreWrite[] {
    const value = Buffer.alloc(stampBytes);
    value.writeUInt32BE(stamp);
    return ids.map((id) => ({ space: 'member', key: this.#prefix + shortId(id), value }));
  }

  /** To be written when the run has succeeded. */
  completed(stamp: number): StoreWrite {
    return this.#headWrite({ read: stamp, complete: stamp });
  }

  /**
   * Profiles that were members and were not seen by the read of this stamp, in an order that stays: until the read is
   * completed, the same question has the same answer. What has been seen must be durable before.
   */
  async *missing(stamp: number): AsyncGenerator<{ id: string; place: string }> {
    const complete = await this.lastComplete();
    if (complete === undefined) return;
    let gone: StoreWrite[] = [];
    for await (const { key, value } of this.#store.list('member', this.#prefix)) {
      const seen = value.length === stampBytes ? value.readUInt32BE() : 0;
      const place = key.slice(this.#prefix.length);
      if (seen >= stamp) continue;
      if (seen >= complete) yield { id: longId(place), place };
      else gone.push({ space: 'member', key, value: undefined });
      if (gone.length < sweptTogether) continue;
      await this.#store.commit(gone);
      gone = [];
    }
    await this.#store.commit(gone);
  }

  async #head(): Promise<Head | undefined> {
    const [stored] = await this.#store.getMany('watermark', [this.#headKey]);
    return stored && (JSON.parse(stored.toString()) as Head);
  }

  #headWrite(head: Head): StoreWrite {
    return { space: 'watermark', key: this.#headKey, value: JSON.stringify(head) };
  }
}

/** What the keys of a goal's members begin with. */
export function memberPrefix(goalId: string): string {
  return shortHash(goalId);
}

/** Eight characters: a store has few goals and segments. */
function shortHash(text: string): string {
  return createHash('sha256').update(text).digest('base64url').slice(0, 8);
}

/** 22 characters for a UUID, which BlueConic's ids are documented to be; any other text is told apart by its first one. */
function shortId(id: string): string {
  return uuid.test(id)
    ? Buffer.from(id.replaceAll('-', ''), 'hex').toString('base64url')
    : `~${Buffer.from(id).toString('base64url')}`;
}

function longId(short: string): string {
  if (short.startsWith('~')) return Buffer.from(short.slice(1), 'base64url').toString();
  const hex = Buffer.from(short, 'base64url').toString('hex');
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
}
