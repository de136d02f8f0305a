/** Of a profile key, see profileKey. */
const words = 4;
const firstRoom = 1_024;
const nobody = -1;

/**
 * Profile keys, 16 bytes each, and for every one that is in it a small number of its own, its slot, which stays the same
 * while it is in. A hash table in typed arrays: tens of thousands of keys come and go in a second or two, and as objects
 * and texts in a `Map` they would be most of what the garbage collector has to copy.
 */
export class KeyTable {
  #keys = new Int32Array(firstRoom * words);
  /** The next slot of the same bucket, or of the list of free slots. */
  #next = new Int32Array(firstRoom);
  /** The first slot of each bucket; their number is a power of two. */
  #buckets = new Int32Array(firstRoom).fill(nobody);
  #firstFree = nobody;
  /** Slots that have ever been in use: all others have never been touched. */
  #slots = 0;
  #size = 0;

  get size(): number {
    return this.#size;
  }

  /** One more than the highest slot that a key may have. */
  get slots(): number {
    return this.#slots;
  }

  /** The slot of a key; -1 where it is not in. */
  find(key: Buffer): number {
    const first = key.readInt32LE(0);
    let slot = this.#buckets[this.#bucketOf(first)]!;
    while (slot !== nobody && !(this.#keys[slot * words] === first && this.#isRest(key, slot))) {
      slot = this.#next[slot]!;
    }
    return slot;
  }

  /** Takes in a key that is not in, and gives it a slot. */
  add(key: Buffer): number {
    if (this.#size === this.#next.length) this.#grow();
    const slot = this.#freeSlot();
    for (let n = 0; n < words; n++) this.#keys[slot * words + n] = key.readInt32LE(n * 4);
    this.#link(slot);
    this.#size++;
    return slot;
  }

  /** Takes out the key that has this slot, which may become another's. */
  remove(slot: number): void {
    const bucket = this.#bucketOf(this.#keys[slot * words]!);
    const after = this.#next[slot]!;
    if (this.#buckets[bucket] === slot) this.#buckets[bucket] = after;
    else {
      let before = this.#buckets[bucket]!;
      while (this.#next[before] !== slot) before = this.#next[before]!;
      this.#next[before] = after;
    }
    this.#next[slot] = this.#firstFree;
    this.#firstFree = slot;
    this.#size--;
  }

  /** The key that has this slot. */
  keyAt(slot: number): Buffer {
    const key = Buffer.allocUnsafe(words * 4);
    for (let n = 0; n < words; n++) key.writeInt32LE(this.#keys[slot * words + n]!, n * 4);
    return key;
  }

  #isRest(key: Buffer, slot: number): boolean {
    for (let n = 1; n < words; n++) {
      if (this.#keys[slot * words + n] !== key.readInt32LE(n * 4)) return false;
    }
    return true;
  }

  /** Keys are hashes already, so any of their bits will do. */
  #bucketOf(firstWord: number): number {
    return firstWord & (this.#buckets.length - 1);
  }

  #freeSlot(): number {
    const free = this.#firstFree;
    if (free === nobody) return this.#slots++;
    this.#firstFree = this.#next[free]!;
    return free;
  }

  #link(slot: number): void {
    const bucket = this.#bucketOf(this.#keys[slot * words]!);
    this.#next[slot] = this.#buckets[bucket]!;
    this.#buckets[bucket] = slot;
  }

  /** Only when every slot is in use, so that each of them is a key's. */
  #grow(): void {
    const room = this.#next.length * 2;
    const keys = new Int32Array(room * words);
    keys.set(this.#keys);
    this.#keys = keys;
    this.#next = new Int32Array(room);
    this.#buckets = new Int32Array(room).fill(nobody);
    for (let slot = 0; slot < this.#slots; slot++) this.#link(slot);
  }
}
