import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ReportWords } from '../../src/run/reportText';
import { packageRoot } from '../support/places';

/** The words of the connection's catalogue, looked up as Node-RED does. */
export function catalogueWords(language: string): ReportWords {
  const type = 'profile-sync-connection';
  const file = join(packageRoot, 'nodes', type, 'locales', language, `${type}.json`);
  const catalogue = JSON.parse(readFileSync(file, 'utf8')) as Record<string, { report: unknown }>;
  return (key, values = {}) => {
    let found: unknown = catalogue[type]?.report;
    for (const part of key.split('.')) found = (found as Record<string, unknown> | undefined)?.[part];
    assert.equal(typeof found, 'string', `${language} has no text for report.${key}`);
    return String(found).replace(/__(\w+?)__/g, (_, name: string) => {
      assert.ok(name in values, `${key} needs ${name}`);
      return String(values[name]);
    });
  };
}
