import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { runInNewContext } from 'node:vm';
import { packageRoot } from '../support/places';

interface Definition {
  defaults: Record<string, { value: unknown; type?: string; required?: boolean }>;
}

const { nodes } = JSON.parse(readFileSync(join(packageRoot, 'package.json'), 'utf8'))['node-red'] as {
  nodes: Record<string, string>;
};

/** The definitions as the editor gets them: the scripts that were built register them. */
function definitions(): Map<string, Definition> {
  const found = new Map<string, Definition>();
  const RED = {
    nodes: { registerType: (type: string, definition: Definition) => found.set(type, definition) },
  };
  for (const file of Object.values(nodes)) {
    const html = readFileSync(join(packageRoot, file.replace(/\.js$/, '.html')), 'utf8');
    for (const [, script] of html.matchAll(/<script type="text\/javascript">([\s\S]*?)<\/script>/g))
      runInNewContext(script!, { RED });
  }
  return found;
}

describe('examples: the settings of their nodes', () => {
  const known = definitions();

  it('every type has a definition', () => {
    assert.deepEqual([...known.keys()].sort(), Object.keys(nodes).sort());
  });

  for (const file of readdirSync(join(packageRoot, 'examples'))) {
    it(`"${file}" holds each setting that its nodes have, and none that they lack`, () => {
      const flow = JSON.parse(readFileSync(join(packageRoot, 'examples', file), 'utf8')) as {
        [property: string]: unknown;
        type: string;
      }[];
      const ours = flow.filter(({ type }) => known.has(type));
      assert.ok(ours.length > 0);
      for (const node of ours) {
        const { defaults } = known.get(node.type)!;
        const own = ['id', 'type', 'z', 'x', 'y', 'wires'];
        assert.deepEqual(
          Object.keys(node)
            .filter((key) => !own.includes(key))
            .sort(),
          Object.keys(defaults).sort(),
          `${node.type} ${node.id}`,
        );
        for (const [key, { type, required }] of Object.entries(defaults)) {
          if (type === undefined || (node[key] === '' && required !== true)) continue;
          assert.ok(
            flow.some((config) => config.id === node[key] && config.type === type),
            `${node.type} ${node.id} names no ${type}`,
          );
        }
      }
    });
  }
});
