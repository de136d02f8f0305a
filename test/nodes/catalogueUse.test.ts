import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { FIELD_FAULTS } from '../../nodes/editor/checks';
import { packageRoot } from '../support/places';

type Catalogue = { [key: string]: string | Catalogue };

const nodesDir = join(packageRoot, 'nodes');
/** Node types and plugins that have texts of their own. */
const owners = readdirSync(nodesDir).filter((name) =>
  existsSync(join(nodesDir, name, 'locales', 'en-US', `${name}.json`)),
);
/** Keys that Node-RED looks up by itself, or that a `Fault` names. */
const usedElsewhere = new Set([
  'palette.label.profile_sync',
  ...FIELD_FAULTS.map((fault) => `shared.invalid.${fault}`),
]);

function keysOf(catalogue: Catalogue, before = ''): string[] {
  return Object.entries(catalogue).flatMap(([key, value]) =>
    typeof value === 'string' ? [before + key] : keysOf(value, `${before}${key}.`),
  );
}

const read = (...path: string[]) => readFileSync(join(packageRoot, ...path), 'utf8');
const catalogue = (...path: string[]) => JSON.parse(read('nodes', ...path)) as Catalogue;
const keys = [
  ...owners.flatMap((owner) => keysOf(catalogue(owner, 'locales', 'en-US', `${owner}.json`))),
  ...keysOf({ shared: catalogue('editor', 'locales', 'en-US.json') }),
];

/** Everything that may look a text up: forms and code of the nodes, and the words of reports and statuses. */
const code = ['nodes', join('src', 'run')]
  .flatMap((folder) =>
    readdirSync(join(packageRoot, folder), { recursive: true, encoding: 'utf8' })
      .filter((file) => /\.(ts|html)$/.test(file) && !/[\\/]locales[\\/]/.test(file))
      .map((file) => read(folder, file)),
  )
  .join('\n');
const literals = new Set([
  ...[...code.matchAll(/'([\w.-]+)'/g)].map((match) => match[1]!),
  ...[...code.matchAll(/data-i18n="([^"]*)"/g)].flatMap((match) =>
    match[1]!.split(';').map((part) => part.replace(/^\[[^\]]*\]/, '')),
  ),
]);
/** Keys that are put together: `problem.${name}`. What begins with a blank could be any key, and proves nothing. */
const composed = [...code.matchAll(/`([\w-]+\.[^`\s]*\$\{[^`]*)`/g)].map(
  (match) =>
    new RegExp(
      `^${match[1]!
        .split(/\$\{[^}]*\}/)
        .map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'))
        .join('[\\w-]+')}$`,
    ),
);

/** The key with and without the type that a shell or a form puts before it. */
function spellings(key: string): string[] {
  const parts = key.split('.');
  return parts.slice(0, -1).map((_, at) => parts.slice(at).join('.'));
}

describe('catalogues and the code that uses them', () => {
  it('every text is used', () => {
    const unused = keys.filter(
      (key) =>
        !usedElsewhere.has(key) &&
        !spellings(key).some(
          (spelled) => literals.has(spelled) || composed.some((pattern) => pattern.test(spelled)),
        ),
    );
    assert.deepEqual(unused, []);
  });

  it('every text that is asked for by name is there', () => {
    const asked = [...code.matchAll(/\b(?:text|words|_)\(\s*'([\w.-]+)'/g)].map((match) => match[1]!);
    assert.ok(asked.length > 100, `${asked.length} found`);
    const missing = asked.filter((key) => !keys.some((known) => known === key || known.endsWith(`.${key}`)));
    assert.deepEqual(missing, []);
  });
});
