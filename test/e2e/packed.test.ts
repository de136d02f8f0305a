import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { deltaRecords, gzipLines } from '../support/customers';
import { connectFlow, exampleNames, goalTriggers, readExample } from '../support/exampleFlow';
import { type PackedPackage, unpackPackage } from '../support/packedPackage';
import { packageRoot } from '../support/places';
import { Stage } from '../support/stage';

interface Manifest {
  name: string;
  version: string;
  'node-red': { nodes: Record<string, string>; plugins: Record<string, string> };
}

const manifest = JSON.parse(readFileSync(join(packageRoot, 'package.json'), 'utf8')) as Manifest;
const types = Object.keys(manifest['node-red'].nodes);

describe('the packed package, installed into a clean user directory', function () {
  this.timeout(120_000);
  let packed: PackedPackage | undefined;
  let stage: Stage;
  before(async () => {
    packed = unpackPackage();
    stage = await Stage.start(20, { packageFolder: packed.folder });
    await stage.reset();
  });
  after(async () => {
    await stage?.stop();
    packed?.remove();
  });

  it('is what Node-RED runs, with every node and plugin', async () => {
    const sets =
      await stage.nodeRed.get<
        { module: string; name: string; version: string; err?: string; types: string[] }[]
      >('/nodes');
    const ours = sets.body.filter(({ module }) => module === manifest.name);
    assert.deepEqual(
      ours.map(({ name, version, err, types: own }) => [name, version, err, own]),
      types.map((type) => [type, manifest.version, undefined, [type]]),
    );
    const plugins = await stage.nodeRed.get<{ module: string; id: string; err?: string }[]>('/plugins', {
      headers: { accept: 'application/json' },
    });
    assert.deepEqual(
      plugins.body.filter(({ module }) => module === manifest.name).map(({ id, err }) => [id, err]),
      Object.keys(manifest['node-red'].plugins).map((plugin) => [`${manifest.name}/${plugin}`, undefined]),
    );
  });

  it('brings its icons', async () => {
    const { body } = await stage.nodeRed.get<Record<string, string[]>>('/icons');
    const icons = readdirSync(join(packageRoot, 'icons')).sort();
    assert.deepEqual([...(body[manifest.name] ?? [])].sort(), icons);
    for (const icon of icons) {
      const drawing = await stage.nodeRed.get<string>(`/icons/${manifest.name}/${icon}`);
      assert.match(String(drawing.body), /<svg/, icon);
    }
  });

  for (const language of ['en-US', 'de']) {
    it(`brings its texts and its help in ${language}`, async () => {
      for (const type of types) {
        const folder = join(packageRoot, 'dist', 'nodes', type, 'locales', language);
        const catalogue = JSON.parse(readFileSync(join(folder, `${type}.json`), 'utf8')) as unknown;
        const told = await stage.nodeRed.get(`/locales/${manifest.name}/${type}?lng=${language}`);
        assert.deepEqual(told.body, catalogue, type);
      }
      const pages = await stage.nodeRed.get<string>('/nodes', {
        headers: { accept: 'text/html', 'accept-language': language },
      });
      for (const type of types) {
        const help = readFileSync(
          join(packageRoot, 'nodes', type, 'locales', language, `${type}.html`),
          'utf8',
        );
        const [, paragraph] = /<p>([\s\S]*?)<\/p>/.exec(help)!;
        assert.ok(String(pages.body).includes(paragraph!), `${type} has no help`);
      }
    });
  }

  it('brings its examples, and one of them runs', async () => {
    const menu = await stage.nodeRed.get<{ fn: string }[]>(`/library/examples/flows/${manifest.name}`);
    assert.deepEqual(
      menu.body.map(({ fn }) => fn),
      readdirSync(join(packageRoot, 'examples')).map((file) => basename(file, '.json')),
    );
    const example = readExample(exampleNames.deltaFiles);
    const { nodes, credentials } = connectFlow(example, stage.sandbox.description);
    await stage.nodeRed.deploy(stage.inWorkspace(nodes), credentials);
    await stage.sandbox.putObject('blueconic-delta/a.ndjson.gz', gzipLines(deltaRecords(0, 20)), 6);
    const { result, ledger } = await stage.run(goalTriggers(example)[0]!.id);
    assert.deepEqual([result, ledger.accepted], ['succeeded', 20]);
  });
});
