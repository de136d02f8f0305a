import { readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';

/** The package's own folder. */
export const packageRoot = resolve(__dirname, '..', '..');

/** The folder of the Node-RED under test: `NODE_RED_DIR`, else the development dependency. */
export const nodeRedDir = process.env.NODE_RED_DIR
  ? resolve(process.env.NODE_RED_DIR)
  : dirname(require.resolve('node-red/package.json', { paths: [packageRoot] }));

/** What `node-red-node-test-helper` and `require` want: the main file of the Node-RED under test. */
export const nodeRedMain = join(nodeRedDir, 'lib', 'red.js');

/** For example `4.1.15`. */
export const nodeRedVersion = (
  JSON.parse(readFileSync(join(nodeRedDir, 'package.json'), 'utf8')) as { version: string }
).version;
