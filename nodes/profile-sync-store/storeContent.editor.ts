import { create } from '../editor/elements';

/** What the server tells of a store; the same shape as in the admin route. */
export type StoreDescription =
  | { opens: true; engine: 'leveldb' | 'plain log'; folder: string; warning?: string; content: StoreContent }
  | { opens: false; folder: string; error: { code: string; message: string } };

export interface StoreContent {
  bytes: number;
  since?: string;
  lastRun?: string;
  spaces: { space: string; entries: number; about: boolean }[];
  watermarks: { goal: string; scope: string; value: string }[];
  files: { goal: string; count: number }[];
  checkpoints: { kind: 'goal' | 'connection'; id: string; run: string; savedAt: string }[];
  owners: { kind: 'goal' | 'connection'; id: string; name?: string }[];
}

type Words = (key: string, values?: TextValues) => string;

/** Size, age, kind, and how much there is of what. */
export function storeSummary(store: StoreDescription & { opens: true }, words: Words): HTMLElement {
  const { content } = store;
  const rows: [string, string][] = [
    [words('profile-sync-store.fact.folder'), store.folder],
    [
      words('profile-sync-store.fact.kind'),
      words(`profile-sync-store.engine.${store.engine === 'leveldb' ? 'leveldb' : 'plainLog'}`),
    ],
    [words('profile-sync-store.fact.size'), sizeText(content.bytes)],
  ];
  if (content.since !== undefined)
    rows.push([words('profile-sync-store.fact.since'), timeText(content.since)]);
  if (content.lastRun !== undefined) {
    rows.push([words('profile-sync-store.fact.lastRun'), timeText(content.lastRun)]);
  }
  for (const { space, entries, about } of content.spaces) {
    const count = entries.toLocaleString();
    if (entries > 0) rows.push([words(`profile-sync-store.space.${space}`), about ? `≈ ${count}` : count]);
  }
  return table(rows);
}

/** How far each goal has read, how many files it remembers, and what runs were cut off. */
export function storeDetails(content: StoreContent, words: Words): HTMLElement {
  const nameOf = (id: string) => content.owners.find((owner) => owner.id === id)?.name ?? id;
  const none = words('profile-sync-store.state.none');
  const part = (title: string, rows: [string, string][]) => [
    create('strong', { text: words(title) }),
    table(rows.length > 0 ? rows : [[none, '']]),
  ];
  return create(
    'div',
    { class: 'profile-sync-store-details' },
    ...part(
      'profile-sync-store.detail.watermarks',
      content.watermarks.map(({ goal, scope, value }) => [`${nameOf(goal)} · ${scope}`, timeText(value)]),
    ),
    ...part(
      'profile-sync-store.detail.files',
      content.files.map(({ goal, count }) => [nameOf(goal), count.toLocaleString()]),
    ),
    ...part(
      'profile-sync-store.detail.checkpoints',
      content.checkpoints.map(({ id, run, savedAt }) => [`${nameOf(id)} · ${run}`, timeText(savedAt)]),
    ),
  );
}

function table(rows: [string, string][]): HTMLElement {
  const lines = rows.map(([name, value]) =>
    create('tr', {}, create('th', { text: name, scope: 'row' }), create('td', { text: value })),
  );
  return create('table', { class: 'profile-sync-store-facts' }, create('tbody', {}, ...lines));
}

/** A watermark of a kind that this dialog does not know is shown as it is. */
function timeText(text: string): string {
  const time = new Date(text);
  return Number.isNaN(time.getTime()) ? text : time.toLocaleString();
}

function sizeText(bytes: number): string {
  const megabytes = bytes / 1024 / 1024;
  if (megabytes >= 1) return `${megabytes.toLocaleString(undefined, { maximumFractionDigits: 1 })} MB`;
  return `${Math.ceil(bytes / 1024).toLocaleString()} KB`;
}
