import type { StateStore, StoreWrite } from '../store/store';

const prefix = 'target/';

/**
 * Notes that profiles of this target have entries in the store; to be written along with them. The keys of those entries
 * do not tell whose they are or of which target, so whoever looks for one profile's must know which targets to try.
 */
export function targetWrite(target: string): StoreWrite {
  return { space: 'setting', key: prefix + target, value: '' };
}

/** Has anything been remembered of profiles of this target? */
export async function isNoted(store: StateStore, target: string): Promise<boolean> {
  const [noted] = await store.getMany('setting', [prefix + target]);
  return noted !== undefined;
}

export async function notedTargets(store: StateStore): Promise<string[]> {
  const targets: string[] = [];
  for await (const { key } of store.list('setting', prefix)) targets.push(key.slice(prefix.length));
  return targets;
}
