import { join } from 'node:path';
import { build } from 'esbuild';
import { packageRoot } from '../support/places';

/** Makes one script of a program beside these tests: processes that are started by the dozen must start quickly. */
export async function bundleProgram(name: string, folder: string): Promise<string> {
  const outfile = join(folder, `${name}.cjs`);
  await build({
    entryPoints: [join(__dirname, 'programs', `${name}.ts`)],
    outfile,
    bundle: true,
    platform: 'node',
    target: 'node20',
    // Native modules stay where they are; the script is elsewhere, so that it must be told.
    alias: { 'classic-level': join(packageRoot, 'node_modules', 'classic-level') },
    external: [join(packageRoot, 'node_modules', '*')],
    supported: { 'dynamic-import': false },
    logLevel: 'silent',
  });
  return outfile;
}
