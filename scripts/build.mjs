/**
 * Builds the package into `dist`: compiled modules from `src` and `nodes`, and beside each node's module what Node-RED
 * looks for there: one HTML file (form, style, editor code), catalogues and help per language, icons.
 */
import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const from = (...path) => join(root, ...path);
const sharedEditor = from('nodes', 'editor');

/** The node types: every folder under `nodes` that has a form of its own name. */
const types = readdirSync(from('nodes')).filter((name) => existsSync(from('nodes', name, `${name}.html`)));

/** Parts of the editor that belong to no node: folders with a style of their own and no form. */
const plugins = ['profile-sync-sidebar'];

/** Type-checks the editor code and compiles everything that runs in Node; a type error stops the build. */
function compile() {
  const tsc = createRequire(import.meta.url).resolve('typescript/package.json');
  const command = join(dirname(tsc), 'bin', 'tsc');
  for (const args of [
    ['-p', from('tsconfig.build.json')],
    ['--noEmit', '-p', from('nodes', 'tsconfig.json')],
  ]) {
    execFileSync(process.execPath, [command, ...args], { cwd: root, stdio: 'inherit' });
  }
}

/** The editor code of one type as one readable script. esbuild escapes a closing script tag inside strings. */
async function editorScript(type) {
  const result = await build({
    entryPoints: [from('nodes', type, `${type}.editor.ts`)],
    bundle: true,
    write: false,
    format: 'iife',
    target: 'es2020',
    charset: 'utf8',
    legalComments: 'none',
    tsconfig: from('nodes', 'tsconfig.json'),
  });
  return result.outputFiles[0].text;
}

/**
 * The HTML file that Node-RED sends to the editor for one type, or for a plugin, which has no form. Returns the script,
 * in which icons are looked up.
 */
async function writeEditorFile(type, target, { form = '', styleFile = join(sharedEditor, 'dialogs.css') }) {
  const script = await editorScript(type);
  const style = readFileSync(styleFile, 'utf8').trimEnd();
  const parts = [
    `<style>\n${style}\n</style>`,
    ...(form ? [form] : []),
    `<script type="text/javascript">\n${script.trimEnd()}\n</script>`,
  ];
  writeFileSync(join(target, `${type}.html`), `${parts.join('\n')}\n`);
  return script;
}

/** Copies catalogues and help; texts that all dialogs share are added to each catalogue as `shared`. */
function writeLocales(type, target) {
  for (const language of readdirSync(from('nodes', type, 'locales'))) {
    const source = from('nodes', type, 'locales', language);
    const destination = join(target, 'locales', language);
    mkdirSync(destination, { recursive: true });
    const help = join(source, `${type}.html`);
    if (existsSync(help)) cpSync(help, join(destination, `${type}.html`));
    const own = JSON.parse(readFileSync(join(source, `${type}.json`), 'utf8'));
    const shared = JSON.parse(readFileSync(join(sharedEditor, 'locales', `${language}.json`), 'utf8'));
    writeFileSync(join(destination, `${type}.json`), `${JSON.stringify({ ...own, shared }, null, 2)}\n`);
  }
}

/** Copies the icons the definition names; Node-RED reads icons only from beside the module. */
function writeIcons(script, target) {
  const used = readdirSync(from('icons')).filter((file) => script.includes(`"${file}"`));
  if (used.length > 0) mkdirSync(join(target, 'icons'), { recursive: true });
  for (const file of used) cpSync(from('icons', file), join(target, 'icons', file));
}

rmSync(from('dist'), { recursive: true, force: true });
compile();
for (const type of types) {
  const target = from('dist', 'nodes', type);
  mkdirSync(target, { recursive: true });
  const form = readFileSync(from('nodes', type, `${type}.html`), 'utf8').trimEnd();
  const script = await writeEditorFile(type, target, { form });
  writeLocales(type, target);
  writeIcons(script, target);
}
for (const plugin of plugins) {
  const target = from('dist', 'nodes', plugin);
  mkdirSync(target, { recursive: true });
  await writeEditorFile(plugin, target, { styleFile: from('nodes', plugin, 'sidebar.css') });
  writeLocales(plugin, target);
}
