import type { StoreEngine } from './storeEngine';
import { storeForeign, storeTooNew } from './storeErrors';
import { allKeys, formatKey } from './storeKey';

/**
 * One step from the format before to the next. It may be cut off anywhere and is then done again from its beginning, so
 * doing it twice must come to the same as doing it once.
 */
export interface Migration {
  to: number;
  migrate(engine: StoreEngine): Promise<void>;
}

/** In order; the first would lead from format 1, which is today's, to 2. */
export const migrations: readonly Migration[] = [];

const firstFormat = 1;

/**
 * Brings a store to the newest format that these steps know. While a step is on its way the format reads `1>2`, so that
 * a version that knows only the older one keeps its hands off.
 *
 * @throws SyncError STORE_TOO_NEW, STORE_FOREIGN; the store is untouched then.
 */
export async function bringUpToDate(
  engine: StoreEngine,
  folder: string,
  steps: readonly Migration[] = migrations,
): Promise<void> {
  const known = steps.at(-1)?.to ?? firstFormat;
  const [stored] = await engine.getMany([formatKey]);
  if (!stored) {
    // A store of ours has had its format since it was made.
    for await (const _key of engine.keys(allKeys)) throw storeForeign(folder);
    await writeFormat(engine, String(known));
    return;
  }
  const text = stored.toString();
  const parts = /^(\d+)(?:>(\d+))?$/.exec(text);
  if (!parts) throw storeForeign(folder);
  const from = Number(parts[1]);
  if (Math.max(from, Number(parts[2] ?? 0)) > known) throw storeTooNew(folder, text, known);
  for (const step of steps) {
    if (step.to <= from) continue;
    await writeFormat(engine, `${step.to - 1}>${step.to}`);
    await step.migrate(engine);
    await writeFormat(engine, String(step.to));
  }
}

function writeFormat(engine: StoreEngine, format: string): Promise<void> {
  return engine.write([{ key: formatKey, value: Buffer.from(format) }]);
}
