import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/**
 * The packages that are measured beside ours, pinned. They are no dependency of the product, not even for development:
 * hundreds of packages would be in its lock file that it never loads.
 */
const manifest = {
  name: 'profile-sync-bench-peers',
  private: true,
  dependencies: { 'braze-api': '2.13.4', '@segment/action-destinations': '3.497.0' },
  overrides: {
    // The destinations ask for a version that cannot be had.
    '@aws-sdk/client-kinesis': '^3.894.0',
    // Later ones refuse the names that the destinations give their schemas.
    'fast-uri': '3.1.0',
  },
};

/** Installs the peers into a folder of their own below the system's temporary one, where they stay for the next time. */
export function installPeers(): string {
  const folder = join(tmpdir(), manifest.name);
  const wanted = JSON.stringify(manifest, null, 2);
  const done = join(folder, 'installed.json');
  if (existsSync(done) && readFileSync(done, 'utf8') === wanted) return folder;
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'package.json'), wanted);
  const { status, stderr } = spawnSync(
    process.platform === 'win32' ? 'npm.cmd' : 'npm',
    ['install', '--no-audit', '--no-fund', '--ignore-scripts', '--no-package-lock'],
    { cwd: folder, encoding: 'utf8' },
  );
  if (status !== 0) throw new Error(`The peers could not be installed in ${folder}: ${stderr}`);
  writeFileSync(done, wanted);
  return folder;
}
