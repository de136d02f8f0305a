import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { packageRoot } from './places';

export interface PackedPackage {
  /** The unpacked package. */
  folder: string;
  remove(): void;
}

/** Runs npm, as it was started with or as it is on the path, in the package's folder. */
export function npm(...args: string[]): string {
  const cli = process.env.npm_execpath;
  const [command, first] = cli?.endsWith('.js') ? [process.execPath, [cli]] : ['npm', []];
  return execFileSync(command, [...first, ...args], { cwd: packageRoot, encoding: 'utf8' });
}

/**
 * What `npm publish` would upload, unpacked where npm would put it, with its declared dependencies beside it and nothing
 * else: a module that is only a development dependency is not found from there. Build first; no registry is asked.
 */
export function unpackPackage(): PackedPackage {
  const root = mkdtempSync(join(tmpdir(), 'profile-sync-packed-'));
  const packed = npm('pack', '--json', '--ignore-scripts', '--loglevel=error', `--pack-destination=${root}`);
  const [{ filename }] = JSON.parse(packed) as [{ filename: string }];
  const { name, dependencies } = JSON.parse(readFileSync(join(packageRoot, 'package.json'), 'utf8')) as {
    name: string;
    dependencies: Record<string, string>;
  };
  const modules = join(root, 'node_modules');
  const folder = join(modules, name);
  mkdirSync(folder, { recursive: true });
  execFileSync('tar', ['-xzf', join(root, filename), '-C', folder, '--strip-components=1']);
  for (const dependency of Object.keys(dependencies)) {
    const link = join(modules, dependency);
    mkdirSync(dirname(link), { recursive: true });
    symlinkSync(join(packageRoot, 'node_modules', dependency), link, 'junction');
  }
  return { folder, remove: () => rmSync(root, { recursive: true, force: true, maxRetries: 5 }) };
}
