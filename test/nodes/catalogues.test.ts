import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { FIELD_FAULTS } from '../../nodes/editor/checks';
import { MAPPING_PROBLEMS } from '../../nodes/editor/mappingProblems';
import { SHAPES, STRATEGIES, TYPES } from '../../nodes/editor/mappingRowRules';
import { packageRoot } from '../support/places';

type Catalogue = { [key: string]: string | Catalogue };

const nodesDir = join(packageRoot, 'nodes');
const languages = ['en-US', 'de'] as const;
const types = readdirSync(nodesDir).filter((name) => existsSync(join(nodesDir, name, `${name}.html`)));
const editorFiles = readdirSync(join(nodesDir, 'editor'))
  .filter((name) => name.endsWith('.ts'))
  .map((name) => read('editor', name));

/** Where a type's status is put into words. */
const statusCode: { [type: string]: string[] } = {
  'braze-segment-export': ['shell/sourceShell.ts', 'shell/statusText.ts'],
  'blueconic-delta': ['shell/sourceShell.ts', 'shell/statusText.ts'],
  'braze-lookup': ['braze-lookup/braze-lookup.ts'],
  'profile-field-mapper': ['profile-field-mapper/profile-field-mapper.ts'],
  'braze-users-track': ['shell/sinkShell.ts', 'shell/pauseText.ts', 'shell/statusText.ts'],
  'blueconic-profiles': ['shell/sinkShell.ts', 'shell/pauseText.ts', 'shell/statusText.ts'],
  'profile-sync-connection': [
    'profile-sync-connection/connectionShell.ts',
    'profile-sync-connection/connectionStatus.ts',
  ],
};

function read(...path: string[]): string {
  return readFileSync(join(nodesDir, ...path), 'utf8');
}

/** Every text of a catalogue by its whole key. */
function textsOf(catalogue: Catalogue, before = ''): Map<string, string> {
  const texts = new Map<string, string>();
  for (const [key, value] of Object.entries(catalogue)) {
    if (typeof value === 'string') texts.set(before + key, value);
    else for (const [inner, text] of textsOf(value, `${before}${key}.`)) texts.set(inner, text);
  }
  return texts;
}

function ownTexts(type: string, language: string): Map<string, string> {
  return textsOf(JSON.parse(read(type, 'locales', language, `${type}.json`)) as Catalogue);
}

function sharedTexts(language: string): Map<string, string> {
  const shared = JSON.parse(read('editor', 'locales', `${language}.json`)) as Catalogue;
  return textsOf({ shared });
}

/** What a dialog of this type can look up: its own texts and the shared ones that the build adds. */
function texts(type: string, language: string): Map<string, string> {
  return new Map([...ownTexts(type, language), ...sharedTexts(language)]);
}

function missing(keys: Iterable<string>, from: ReadonlyMap<string, string>): string[] {
  return [...new Set(keys)].filter((key) => !from.has(key));
}

/** Keys that stand in `data-i18n` attributes, without the attribute they are for. */
function keysInForm(html: string): string[] {
  return [...html.matchAll(/data-i18n="([^"]*)"/g)]
    .flatMap((match) => match[1]!.split(';'))
    .map((part) => part.replace(/^\[[^\]]*\]/, ''));
}

/** Whole keys that stand as string literals in code. */
function keysInCode(code: string): string[] {
  const roots = [...types, 'shared'].join('|');
  return [...code.matchAll(new RegExp(`'((?:${roots})\\.[\\w.]+)'`, 'g'))].map((match) => match[1]!);
}

/** `__name__`: what the editor and the runtime replace in a text. */
function placeholders(text: string): string[] {
  return [...text.matchAll(/__\w+?__/g)].map((match) => match[0]).sort();
}

function assertSameTexts(one: ReadonlyMap<string, string>, other: ReadonlyMap<string, string>): void {
  assert.deepEqual([...one.keys()].sort(), [...other.keys()].sort());
  for (const [key, text] of one) {
    assert.notEqual(text.trim(), '', `${key} is empty`);
    assert.deepEqual(placeholders(other.get(key) ?? ''), placeholders(text), key);
  }
}

describe('catalogues', () => {
  it('there is a form for every type of the package', () => {
    const { nodes } = JSON.parse(readFileSync('package.json', 'utf8'))['node-red'];
    assert.deepEqual(types, Object.keys(nodes).sort());
  });

  it('the sidebar has the same texts in every language, and one for every key of its code', () => {
    const name = 'profile-sync-sidebar';
    assertSameTexts(ownTexts(name, 'en-US'), ownTexts(name, 'de'));
    assertSameTexts(ownTexts(name, 'de'), ownTexts(name, 'en-US'));
    const code = readdirSync(join(nodesDir, name)).filter((file) => file.endsWith('.ts'));
    // Keys are literals, or made by a `key` of the file: its own prefix and a literal.
    const keys = code.flatMap((file) => {
      const text = read(name, file);
      const prefix = /const key = \(name: string\) => `([\w.-]+)\.\$\{name\}`/.exec(text)?.[1];
      const made = [...text.matchAll(/\bkey\('([\w.]+)'\)/g)].map((match) => `${prefix}.${match[1]}`);
      const literal = [...text.matchAll(/'(profile-sync-sidebar\.[\w.]+)'/g)].map((match) => match[1]!);
      return [...made, ...literal];
    });
    assert.ok(keys.length > 5);
    assert.deepEqual(missing(keys, texts(name, 'en-US')), []);
  });

  it('the style of the sidebar takes every colour from the theme', () => {
    const css = read('profile-sync-sidebar', 'sidebar.css');
    assert.doesNotMatch(css, /:[^;{]*(#[0-9a-f]{3,8}\b|\brgba?\(|\bhsla?\()/i);
    for (const [, value] of css.matchAll(/(?<![\w-])(?:color|fill|stroke): ([^;]+);/g)) {
      assert.match(value!, /^(var\(--red-ui-[a-z-]+\)|inherit|none|url\(#[\w-]+\))$/);
    }
  });

  it('the shared texts are the same in every language', () => {
    assertSameTexts(sharedTexts('en-US'), sharedTexts('de'));
    assertSameTexts(sharedTexts('de'), sharedTexts('en-US'));
  });

  for (const type of types) {
    describe(type, () => {
      it('has the same texts, with the same placeholders, in every language', () => {
        assertSameTexts(ownTexts(type, 'en-US'), ownTexts(type, 'de'));
        assertSameTexts(ownTexts(type, 'de'), ownTexts(type, 'en-US'));
      });

      it('has a text for every key of its form and its editor code', () => {
        const keys = [
          ...keysInForm(read(type, `${type}.html`)),
          ...readdirSync(join(nodesDir, type))
            .filter((name) => name.endsWith('.editor.ts'))
            .flatMap((name) => keysInCode(read(type, name))),
        ];
        assert.ok(keys.length > 0);
        assert.deepEqual(missing(keys, texts(type, 'en-US')), []);
      });

      for (const language of languages) {
        it(`has help in ${language} that begins with a paragraph and names what it describes`, () => {
          const help = read(type, 'locales', language, `${type}.html`);
          assert.ok(help.startsWith(`<script type="text/html" data-help-name="${type}">\n<p>`));
          assert.ok(help.trimEnd().endsWith('</script>'));
          assert.match(help, /<h3>Details<\/h3>/);
        });
      }

      it('has help of the same structure in every language, inline code apart', () => {
        const [one, other] = languages.map((language) =>
          [...read(type, 'locales', language, `${type}.html`).matchAll(/<(?!code)(\w+)/g)].map(
            (match) => match[1],
          ),
        );
        assert.deepEqual(one, other);
      });

      it('labels every input of its form, and no button submits it', () => {
        const html = read(type, `${type}.html`);
        const labelled = new Set([...html.matchAll(/ for="([^"]+)"/g)].map((match) => match[1]));
        const inputs = [...html.matchAll(/<(input|select)\b([^>]*)>/g)].filter(
          (match) => !match[2]!.includes('type="hidden"') && !match[2]!.includes('[aria-label]'),
        );
        assert.ok(inputs.length > 0);
        for (const [tag, , attributes] of inputs) {
          const id = / id="([^"]+)"/.exec(attributes!)?.[1];
          assert.ok(id !== undefined && labelled.has(id), `${tag} has no label`);
        }
        for (const [button] of html.matchAll(/<button\b[^>]*>/g)) assert.match(button, / type="button"/);
      });

      it('fixes no colour in its form', () => {
        assert.doesNotMatch(read(type, `${type}.html`), /#[0-9a-f]{3,8}\b|\brgba?\(|\bhsla?\(/i);
      });
    });
  }

  for (const [type, files] of Object.entries(statusCode)) {
    it(`${type} has a text for every status its runtime shows`, () => {
      const code = files.map((file) => read(file)).join('\n');
      const keys = [...code.matchAll(/words\('([\w.]+)'/g)].map((match) => `${type}.${match[1]}`);
      assert.ok(keys.length > 0);
      assert.deepEqual(missing(keys, ownTexts(type, 'en-US')), []);
    });
  }

  it('the style of the dialogs takes every colour from the theme', () => {
    const css = read('editor', 'dialogs.css');
    assert.doesNotMatch(css, /:[^;{]*(#[0-9a-f]{3,8}\b|\brgba?\(|\bhsla?\()/i);
    for (const [, value] of css.matchAll(/(?<!-)color: ([^;]+);/g)) {
      assert.match(value!, /^(var\(--red-ui-[a-z-]+\)|inherit)$/);
    }
  });

  it('the editor code that dialogs share uses only texts that are there', () => {
    const everything = new Map([...texts('profile-field-mapper', 'en-US')]);
    const keys = editorFiles.flatMap(keysInCode);
    assert.ok(keys.length > 0);
    assert.deepEqual(missing(keys, everything), []);
  });

  it('every fault, problem, and entry of a drop-down of the mapper has a text', () => {
    const mapper = (area: string, names: readonly string[]) =>
      names.map((name) => `profile-field-mapper.${area}.${name}`);
    const directions = ['import', 'export'];
    const keys = [
      ...FIELD_FAULTS.map((fault) => `shared.invalid.${fault}`),
      ...['firstRows', 'batchRows', 'idleSeconds'].map((name) => `shared.pacing.${name}`),
      ...mapper('problem', MAPPING_PROBLEMS),
      ...mapper('type', TYPES),
      ...mapper('as', SHAPES),
      ...mapper('strategy', STRATEGIES),
      ...[
        'row.source',
        'row.target',
        'identifier.target',
        'hint.create',
        'hint.noCreate',
        'direction',
      ].flatMap((area) => mapper(area, directions)),
    ];
    assert.deepEqual(missing(keys, texts('profile-field-mapper', 'en-US')), []);
  });
});
