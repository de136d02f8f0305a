import { elementPart } from './profilePrints';
import { ValueHasher } from './valueHash';

/** Hashes the names and values of a target's fields; names are few and kept. */
export class FieldHasher {
  readonly #hasher: ValueHasher;
  readonly #ids = new Map<string, number>();

  constructor(secret: Buffer) {
    this.#hasher = new ValueHasher(secret);
  }

  /** The halves of the hash of the value that was given last. */
  get low(): number {
    return this.#hasher.low;
  }

  get high(): number {
    return this.#hasher.high;
  }

  value(value: unknown): void {
    this.#hasher.hash(value);
  }

  /** 31 bits that stand for a field. Leaves the last hash as it is. */
  field(name: string): number {
    let id = this.#ids.get(name);
    if (id === undefined) {
      id = this.#hasher.nameId(name);
      // A record's own keys can come by here, and must not stay for ever.
      if (this.#ids.size >= namesKept) this.#ids.clear();
      this.#ids.set(name, id);
    }
    return id;
  }

  /** Stands for a place inside an object; never the number of an element. */
  part(path: readonly string[] | undefined): number {
    return path === undefined ? elementPart : this.field(`.${path.join('\0')}`) | 1;
  }
}

const namesKept = 10_000;
