import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Folders of one test, gone after it: call `newFolder` inside a test of a file that called this once. */
export function useFolders(): () => string {
  const folders: string[] = [];
  afterEach(() => {
    for (const made of folders.splice(0)) rmSync(made, { recursive: true, force: true });
  });
  return () => {
    const made = mkdtempSync(join(tmpdir(), 'profile-sync-store-'));
    folders.push(made);
    return made;
  };
}
