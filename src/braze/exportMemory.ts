import { createHash } from 'node:crypto';
import { lazySchema } from '../schema/lazySchema';
import type { StateStore } from '../store/store';

/** An export that was asked for and was not seen whole yet. */
export interface RememberedExport {
  objectPrefix: string;
  /** Epoch milliseconds: what it shows is as old as that. */
  askedAt: number;
  /** Of the call that Braze was asked to make. */
  token?: string | undefined;
}

/** Longer than any export takes; what is older has ended unseen. */
const maxAgeMs = 24 * 3_600_000;

const entrySchema = lazySchema((z) =>
  z.object({
    scope: z.string(),
    objectPrefix: z.string(),
    askedAt: z.number(),
    token: z.string().optional(),
  }),
);

/**
 * What a goal knows of its own export across runs: one that failed while Braze was still writing leaves it behind, and
 * the next run can join what is still running. Kept apart from the checkpoint, which ends with its run.
 */
export class ExportMemory {
  readonly #store: StateStore;
  readonly #key: string;

  constructor(store: StateStore, goalId: string) {
    this.#store = store;
    this.#key = `export/${goalId}`;
  }

  /** Only one that was asked for in the same words: everything else is another export. */
  async load(scope: string): Promise<RememberedExport | undefined> {
    const [value] = await this.#store.getMany('setting', [this.#key]);
    const entry = value && entrySchema().safeParse(jsonOf(value)).data;
    if (entry?.scope !== scope || Date.now() - entry.askedAt > maxAgeMs) return undefined;
    const { objectPrefix, askedAt, token } = entry;
    return { objectPrefix, askedAt, token };
  }

  async keep(scope: string, asked: RememberedExport): Promise<void> {
    await this.#write(JSON.stringify({ scope, ...asked }));
  }

  async forget(): Promise<void> {
    await this.#write(undefined);
  }

  #write(value: string | undefined): Promise<void> {
    return this.#store.commit([{ space: 'setting', key: this.#key, value }]);
  }
}

/** Everything that decides what an export holds, as a short text. */
export function exportScope(parts: readonly unknown[]): string {
  return createHash('sha256').update(JSON.stringify(parts)).digest('base64url');
}

function jsonOf(value: Buffer): unknown {
  try {
    return JSON.parse(value.toString());
  } catch {
    return undefined;
  }
}
