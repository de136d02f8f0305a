/**
 * `npm run dev`: the playground of `npm start`, rebuilt whenever a file under `src` or `nodes` changes. Node-RED then
 * restarts on the same sandbox, with the same flows and secrets. While a build fails, the Node-RED of the last good one
 * stays up.
 */
import { watch } from 'node:fs';
import { join } from 'node:path';
import { addresses, build, openPlayground, root, untilAskedToEnd } from './playground.mjs';

const quietMs = 200;

if (!build()) process.exit(1);
const playground = await openPlayground().catch((thrown) => {
  console.error(thrown.message);
  process.exit(1);
});
console.log(
  `\n${addresses(playground)}\n\nWatching src and nodes. Ctrl-C ends it; flows changed there are not kept.`,
);

let timer;
let work = Promise.resolve();
let sandboxChanged = false;

async function rebuild() {
  const began = Date.now();
  if (!build()) return console.log('The build failed; waiting for the next change.');
  await playground.nodeRed.restart();
  console.log(`Rebuilt and restarted in ${((Date.now() - began) / 1000).toFixed(1)} s.`);
  if (sandboxChanged)
    console.log('The sandbox itself still runs its old code: end with Ctrl-C and start again.');
}

const watchers = ['src', 'nodes'].map((folder) =>
  watch(join(root, folder), { recursive: true }, (_event, file) => {
    if (folder === 'src' && file?.startsWith('sandbox')) sandboxChanged = true;
    clearTimeout(timer);
    timer = setTimeout(() => {
      work = work.then(rebuild).catch((thrown) => console.error(thrown.message));
    }, quietMs);
  }),
);

await untilAskedToEnd();
clearTimeout(timer);
for (const watcher of watchers) watcher.close();
await work;
await playground.close();
