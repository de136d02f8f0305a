import { readdirSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import { packageRoot } from '../support/places';

/** All files below a folder of the package, as paths from its root with slashes. */
export function filesBelow(folder: string): string[] {
  return readdirSync(join(packageRoot, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(packageRoot, join(entry.parentPath, entry.name)).split(sep).join('/'));
}

/** The cells of every row of a Markdown text's tables whose first cell matches; without their outer spaces. */
export function tableRows(markdown: string, first: RegExp): string[][] {
  const rows = markdown.split('\n').filter((line) => line.startsWith('|'));
  const cells = rows.map((row) =>
    row
      .slice(1, row.lastIndexOf('|'))
      .split('|')
      .map((cell) => cell.trim()),
  );
  return cells.filter(([cell]) => first.test(cell ?? ''));
}
