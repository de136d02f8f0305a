import type { StateStore, StoreSpace } from '../store/store';

/**
 * Spaces whose entries say something without the store's secret. Fingerprints and remembered numbers stay: their keys
 * mean nothing elsewhere, and there may be millions. Settings stay, for the secret is one of them.
 */
const exportedSpaces: readonly StoreSpace[] = [
  'watermark',
  'file',
  'history',
  'report',
  'checkpoint',
  'intent',
];

/** Rows of an open unit: ids of profiles, and a byte for each outcome. Neither is for a file that people pass around. */
const rowsOfCheckpoint = /^goal\/.+\/(?:ids|rows)\//;

/** The state as NDJSON, a line an entry: `{"space", "key", "value"}`; `value` is JSON where the stored text is. */
export async function* exportState(store: StateStore): AsyncGenerator<string> {
  for (const space of exportedSpaces) {
    for await (const { key, value } of store.list(space, '')) {
      if (space === 'checkpoint' && rowsOfCheckpoint.test(key)) continue;
      yield `${JSON.stringify({ space, key, value: readable(value.toString()) })}\n`;
    }
  }
}

function readable(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
