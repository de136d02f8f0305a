import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Child } from '../support/childProcess';
import { packageRoot } from '../support/places';

/** Loads what Node-RED loads with the palette, and prints which dependencies that brought along. */
const loading = `
for (const module of JSON.parse(process.argv[1])) require(module);
const packages = Object.keys(require.cache).map((file) => /node_modules\\/((?:@[^/]+\\/)?[^/]+)/.exec(file)?.[1]);
console.log(JSON.stringify([...new Set(packages)].filter(Boolean)));
`;

describe('the package in a Node-RED without flows', () => {
  it('loads none of its dependencies: each waits for the first flow that needs it', async function () {
    this.timeout(60_000);
    const manifest = JSON.parse(readFileSync(join(packageRoot, 'package.json'), 'utf8')) as {
      dependencies: Record<string, string>;
      'node-red': Record<'nodes' | 'plugins', Record<string, string>>;
    };
    const { nodes, plugins } = manifest['node-red'];
    const modules = [...Object.values(nodes), ...Object.values(plugins)]
      .filter((file) => file.endsWith('.js'))
      .map((file) => join(packageRoot, file.replace(/^dist/, '').replace(/js$/, 'ts')));
    const child = new Child(['--require', 'tsx/cjs', '--eval', loading, JSON.stringify(modules)], {
      cwd: packageRoot,
    });
    assert.equal(await child.finished(), 0, child.output);
    const loaded = JSON.parse(child.stdout) as string[];
    assert.deepEqual(
      loaded.filter((name) => name in manifest.dependencies),
      [],
    );
  });
});
