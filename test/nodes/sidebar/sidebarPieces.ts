import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Connection, LiveRun } from '../../../nodes/profile-sync-sidebar/sidebarData.editor';
import { type Wording, wording } from '../../../nodes/profile-sync-sidebar/wording.editor';
import { packageRoot } from '../../support/places';

type Catalogue = { [key: string]: string | Catalogue };

/** The sidebar's words in a language, as the editor looks them up. */
export function wordsIn(language: 'en-US' | 'de'): Wording {
  const file = `nodes/profile-sync-sidebar/locales/${language}/profile-sync-sidebar.json`;
  const catalogue = JSON.parse(readFileSync(join(packageRoot, file), 'utf8')) as Catalogue;
  const text = (key: string, values: Record<string, string | number> = {}) => {
    const found = key
      .split('.')
      .reduce<string | Catalogue | undefined>(
        (inner, name) => (typeof inner === 'object' ? inner[name] : undefined),
        catalogue,
      );
    if (typeof found !== 'string') throw new Error(`There is no text ${key} in ${language}.`);
    return found.replace(/__(\w+?)__/g, (_, name: string) => String(values[name]));
  };
  return wording(text, language);
}

export const english = wordsIn('en-US');

export function connectionOf(changes: Partial<Connection> = {}): Connection {
  return {
    id: 'k',
    name: 'Customers',
    favourite: false,
    on: true,
    state: 'idle',
    waiting: false,
    goals: [{ id: 'g', name: 'Import', direction: 'import', active: true }],
    ...changes,
  };
}

export function liveRunOf(changes: Partial<LiveRun> = {}): LiveRun {
  return {
    run: 'r1',
    goal: { id: 'source', name: 'Members', direction: 'import' },
    startedAt: '2031-05-04T10:00:00.000Z',
    phase: 'reading',
    detail: '',
    rows: 1_500,
    decided: 1_250,
    accepted: 1_200,
    unchanged: 0,
    failed: 0,
    requests: 0,
    dataPoints: 0,
    dataPointsSaved: 0,
    rate: 0,
    ...changes,
  };
}
