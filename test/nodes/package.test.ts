import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join, posix } from 'node:path';
import { NodeRedRuntime } from '../support/nodeRedRuntime';
import { npm } from '../support/packedPackage';
import { nodeRedDir, packageRoot } from '../support/places';

interface Manifest {
  name: string;
  license?: string;
  repository?: unknown;
  bugs?: unknown;
  keywords?: string[];
  engines: { node: string };
  bin: Record<string, string>;
  dependencies: Record<string, string>;
  'node-red': { version: string; nodes: Record<string, string>; plugins: Record<string, string> };
}

interface Semver {
  satisfies(version: string, range: string): boolean;
  minVersion(range: string): { version: string };
}

const readJson = (...path: string[]): unknown => JSON.parse(readFileSync(join(packageRoot, ...path), 'utf8'));
const manifest = readJson('package.json') as Manifest;
const semver = createRequire(join(nodeRedDir, 'package.json'))('semver') as Semver;
const nodeSets = Object.entries(manifest['node-red'].nodes);

/** The newest Node-RED that is tested under, with the Node.js it asks for. */
const newest = (
  readJson('.ci', 'node-red-5', 'package-lock.json') as {
    packages: Record<string, { version: string; engines?: { node: string } }>;
  }
).packages['node_modules/node-red'];

function exampleTypes(): Set<string> {
  const types = new Set<string>();
  for (const file of readdirSync(join(packageRoot, 'examples'))) {
    for (const node of readJson('examples', file) as { type: string }[]) types.add(node.type);
  }
  return types;
}

/** What `npm publish` would upload. */
function packedFiles(): string[] {
  const args = ['pack', '--dry-run', '--json', '--ignore-scripts', '--loglevel=error'];
  const output = npm(...args);
  const [packed] = JSON.parse(output) as [{ files: { path: string }[] }];
  return packed.files.map(({ path }) => path);
}

describe('package: what the Node-RED library asks for', () => {
  it('P01, P03, P04: a licence, a place for reports, a scoped name', () => {
    assert.equal(manifest.license, 'Apache-2.0');
    assert.ok(manifest.repository ?? manifest.bugs, 'package.json has neither repository nor bugs');
    assert.match(manifest.name, /^@[^/]+\/node-red-/);
    assert.ok(manifest.keywords?.includes('node-red'));
  });

  it('P06, P07: the ranges admit the newest Node-RED and the Node.js it needs', () => {
    assert.ok(newest?.engines);
    const range = manifest['node-red'].version;
    assert.ok(semver.satisfies(newest.version, range), `${range} leaves out ${newest.version}`);
    const oldestNode = semver.minVersion(newest.engines.node).version;
    assert.ok(semver.satisfies(oldestNode, manifest.engines.node), `engines.node leaves out ${oldestNode}`);
    assert.ok(!semver.satisfies('4.0.9', range), 'versions before 4.1 are not tested');
  });

  it('N01: each set has a folder of its own, named after its only type', () => {
    assert.ok(nodeSets.length > 0, 'package.json names no nodes');
    for (const [type, file] of nodeSets) assert.equal(file, `dist/nodes/${type}/${type}.js`);
  });

  it('N02: every type is used in an example', () => {
    const used = exampleTypes();
    assert.deepEqual(
      nodeSets.map(([type]) => type).filter((type) => !used.has(type)),
      [],
    );
  });

  it('D02: no agent-base that breaks the requests of others', () => {
    const { packages } = readJson('package-lock.json') as {
      packages: Record<string, { version: string; dev?: boolean }>;
    };
    const old = Object.entries(packages).filter(
      ([path, { dev }]) => path.endsWith('node_modules/agent-base') && dev !== true,
    );
    for (const [path, { version }] of old) assert.ok(semver.satisfies(version, '>=6'), `${path} ${version}`);
  });

  it('D01: at most seven dependencies', () => {
    const names = Object.keys(manifest.dependencies);
    assert.ok(names.length <= 7, names.join(', '));
  });
});

describe('package: what is published', () => {
  let files: string[];
  before(() => {
    files = packedFiles();
  });

  it('holds everything that package.json and Node-RED look for', () => {
    const wanted = [
      ...nodeSets.flatMap(([type, file]) => [
        file,
        `dist/nodes/${type}/${type}.html`,
        `dist/nodes/${type}/locales/en-US/${type}.json`,
        `dist/nodes/${type}/locales/en-US/${type}.html`,
      ]),
      ...Object.values(manifest['node-red'].plugins),
      'dist/nodes/profile-sync-sidebar/locales/en-US/profile-sync-sidebar.json',
      ...Object.values(manifest.bin),
      ...readdirSync(join(packageRoot, 'examples')).map((file) => `examples/${file}`),
      ...readdirSync(join(packageRoot, 'icons')).map((file) => `icons/${file}`),
      'LICENSE',
      'README.md',
      'CHANGELOG.md',
      'package.json',
    ];
    assert.deepEqual(
      wanted.filter((file) => !files.includes(file)),
      [],
    );
  });

  it('holds nothing but the product', () => {
    const stray = files.filter(
      (file) =>
        !/^(dist\/(src|nodes)|examples|icons)\//.test(file) && !/^[A-Z]+(\.md)?$|^package\.json$/.test(file),
    );
    assert.deepEqual(stray, []);
    assert.deepEqual(
      files.filter((file) => /\.test\.|tsconfig|(?<!\.d)\.ts$/.test(file)),
      [],
    );
  });

  it('carries the source in its source maps, or none', () => {
    const broken = files
      .filter((file) => file.endsWith('.js'))
      .filter((file) => {
        const name = /\/\/# sourceMappingURL=(\S+)\s*$/.exec(
          readFileSync(join(packageRoot, file), 'utf8'),
        )?.[1];
        if (name === undefined) return false;
        const map = posix.join(posix.dirname(file), name);
        if (!files.includes(map)) return true;
        const { sources, sourcesContent = [] } = readJson(map) as {
          sources: string[];
          sourcesContent?: (string | null)[];
        };
        return sources.some(
          (source, index) =>
            posix.join(posix.dirname(map), source).startsWith('..') ||
            (!sourcesContent[index] && !files.includes(posix.join(posix.dirname(map), source))),
        );
      });
    assert.deepEqual(broken.slice(0, 3), []);
  });

  it('keeps the commands executable by name', () => {
    for (const file of Object.values(manifest.bin)) {
      assert.ok(existsSync(join(packageRoot, file)), `${file} was not built`);
      assert.match(readFileSync(join(packageRoot, file), 'utf8'), /^#!\/usr\/bin\/env node\n/);
    }
  });
});

describe('package: in a runtime', () => {
  it('loads every node set, and lists the examples', async () => {
    const nodeRed = await NodeRedRuntime.start();
    try {
      const { body: sets } =
        await nodeRed.get<{ module: string; name: string; err?: string; types: string[] }[]>('/nodes');
      const ours = sets.filter((set) => set.module === manifest.name);
      assert.deepEqual(
        ours.map(({ name, types, err }) => ({ name, types, err })),
        nodeSets.map(([type]) => ({ name: type, types: [type], err: undefined })),
      );
      const menu = await nodeRed.get<{ fn: string }[]>(`/library/examples/flows/${manifest.name}`);
      assert.deepEqual(
        menu.body.map(({ fn }) => `${fn}.json`),
        readdirSync(join(packageRoot, 'examples')),
      );
    } finally {
      await nodeRed.stop();
    }
  });
});
