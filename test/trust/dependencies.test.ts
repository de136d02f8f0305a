import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { packageRoot } from '../support/places';

interface Manifest {
  name: string;
  version: string;
  license?: string;
  dependencies?: Record<string, string>;
  optionalDependencies?: Record<string, string>;
  scripts?: Record<string, string>;
}

/** Licences that let a package under Apache-2.0 depend on theirs, with no more than their text kept. */
const compatible = new Set([
  'MIT',
  'ISC',
  '0BSD',
  'BSD-2-Clause',
  'BSD-3-Clause',
  'Apache-2.0',
  'BlueOak-1.0.0',
]);
const mostDependencies = 7;

const own = manifestOf(packageRoot)!;
const direct = Object.keys(own.dependencies ?? {});

function manifestOf(folder: string): Manifest | undefined {
  const file = join(folder, 'package.json');
  return existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as Manifest) : undefined;
}

/** As Node.js looks for it: beside the package that asks, then further up. */
function folderOf(name: string, from: string): string | undefined {
  for (let at = from; ; at = dirname(at)) {
    const folder = join(at, 'node_modules', name);
    if (existsSync(join(folder, 'package.json'))) return folder;
    if (at === dirname(at)) return undefined;
  }
}

/** Everything that is installed with this package to run it, by folder. */
function installed(): Map<string, Manifest> {
  const found = new Map<string, Manifest>();
  const visit = (name: string, from: string, optional: boolean) => {
    const folder = folderOf(name, from);
    if (folder === undefined) {
      assert.ok(optional, `${name} is not installed`);
      return;
    }
    if (found.has(folder)) return;
    const manifest = manifestOf(folder)!;
    found.set(folder, manifest);
    for (const needed of Object.keys(manifest.dependencies ?? {})) {
      visit(needed, folder, needed in (manifest.optionalDependencies ?? {}));
    }
    for (const needed of Object.keys(manifest.optionalDependencies ?? {})) visit(needed, folder, true);
  };
  for (const name of direct) visit(name, packageRoot, false);
  return found;
}

describe('runtime dependencies', () => {
  it(`are ${mostDependencies} at most`, () => assert.ok(direct.length <= mostDependencies, direct.join()));

  it('and all that come with them have licences that go with ours', () => {
    const all = [...installed().values()];
    assert.ok(all.length > direct.length);
    const wrong = all.filter(({ license }) => !license || !compatible.has(license));
    assert.deepEqual(
      wrong.map(({ name, version, license }) => `${name} ${version}: ${license}`),
      [],
    );
  });

  it('run nothing when they are installed, but for the store, which works without', () => {
    const scripted = [...installed().values()].filter(({ scripts = {} }) =>
      ['preinstall', 'install', 'postinstall'].some((script) => script in scripts),
    );
    assert.deepEqual(
      scripted.map(({ name }) => name),
      ['classic-level'],
    );
  });

  it('are locked, each with the hash of its content', () => {
    const lock = JSON.parse(readFileSync(join(packageRoot, 'package-lock.json'), 'utf8')) as {
      packages: Record<string, { version?: string; integrity?: string; link?: boolean; inBundle?: boolean }>;
    };
    for (const [place, { integrity, link, inBundle }] of Object.entries(lock.packages)) {
      // What a package brings inside itself is hashed with it.
      if (place === '' || link || inBundle) continue;
      assert.match(integrity ?? '', /^sha512-/, place);
    }
    for (const name of direct) {
      assert.equal(
        lock.packages[`node_modules/${name}`]?.version,
        manifestOf(folderOf(name, packageRoot)!)!.version,
        name,
      );
    }
  });
});
