import type { StateStore } from '../store/store';

const prefix = 'target/';

/**
 * Notes that profiles of this target have entries in the store. Their keys do not tell whose they are or of which
 * target, so whoever looks for those of one profile must know the targets to try.
 */
export async function rememberTarget(store: StateStore, target: string): Promise<void> {
  const key = prefix + target;
  const [known] = await store.getMany('setting', [key]);
  if (!known) await store.commit([{ space: 'setting', key, value: new Date().toISOString() }]);
}

export async function rememberedTargets(store: StateStore): Promise<string[]> {
  const targets: string[] = [];
  for await (const { key } of store.list('setting', prefix)) targets.push(key.slice(prefix.length));
  return targets;
}
