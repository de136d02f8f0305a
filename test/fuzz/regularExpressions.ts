import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { transformSync } from 'esbuild';
import { packageRoot } from '../support/places';

export interface FoundExpression {
  file: string;
  expression: RegExp;
}

/** Every regular expression that stands in the product's code; that of the sandbox, which is no product, left out. */
export function productExpressions(): FoundExpression[] {
  const found: FoundExpression[] = [];
  for (const folder of ['src', 'nodes']) {
    for (const file of filesIn(join(packageRoot, folder))) {
      const name = relative(packageRoot, file);
      if (name.startsWith(join('src', 'sandbox'))) continue;
      for (const expression of expressionsIn(readFileSync(file, 'utf8')))
        found.push({ file: name, expression });
    }
  }
  return found;
}

function filesIn(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts') && !name.endsWith('.d.ts'))
    .map((name) => join(folder, name));
}

/** What may stand before a literal; a division has a value there. */
const before = /(?:^|[(,=:[!&|?{;\n]|=>|return)\s*$/;
const literal = /\/(?!\*)((?:[^/\\[\n]|\\.|\[(?:[^\]\\\n]|\\.)*\])+)\/([a-z]*)/y;

/** The compiler's output is free of comments and types, and written in one way. */
export function expressionsIn(source: string): RegExp[] {
  const { code } = transformSync(source, { loader: 'ts', target: 'node20' });
  const found: RegExp[] = [];
  for (let at = code.indexOf('/'); at >= 0; at = code.indexOf('/', at + 1)) {
    if (!before.test(code.slice(Math.max(0, at - 12), at))) continue;
    literal.lastIndex = at;
    const match = literal.exec(code);
    if (!match) continue;
    found.push(new RegExp(match[1]!, match[2]!));
    at += match[0].length - 1;
  }
  return found;
}

/** Characters that expressions are most often about, beside those that stand in the expression itself. */
const usual = ['a', 'A', '0', ' ', '_', '-', '.', '/', '"', '\\', '\n', 'é', '\ud800', '\u0000'];
/** What keeps a text from matching at its end. */
const endings = ['', '\u0000!', '\n\n'];

/**
 * The longest time, in milliseconds, that an expression takes on texts made against it, each as long as the one before or
 * longer. Ends at the first that takes more than `limitMs`: an expression that goes wrong does so with a short text already.
 */
export function slowest(
  expression: RegExp,
  limitMs: number,
  lengths: readonly number[],
): { ms: number; text: string } {
  const pieces = piecesFor(expression);
  let worst = { ms: 0, text: '' };
  for (const length of lengths) {
    for (const piece of pieces) {
      const many = piece.repeat(Math.ceil(length / piece.length)).slice(0, length);
      for (const text of endings.map((ending) => many + ending)) {
        let ms = timeOf(expression, text);
        // A busy machine may have been elsewhere meanwhile.
        for (let again = 0; again < 2 && ms > limitMs; again++) ms = Math.min(ms, timeOf(expression, text));
        if (ms > worst.ms) worst = { ms, text: `${JSON.stringify(piece)} × ${length}` };
        if (ms > limitMs) return worst;
      }
    }
  }
  return worst;
}

/** Single characters, and pairs of those that the expression names. */
function piecesFor({ source }: RegExp): string[] {
  const own = [...new Set(source.replace(/\\[dwsbDWSB]|[\\^$*+?()[\]{}|]/g, ''))].slice(0, 12);
  const singles = [...new Set([...usual, ...own])];
  const pairs = own.flatMap((one) => own.filter((other) => other !== one).map((other) => one + other));
  return [...singles, ...pairs];
}

function timeOf(expression: RegExp, text: string): number {
  const fresh = new RegExp(expression.source, expression.flags);
  const began = performance.now();
  if (fresh.global) for (const _ of text.matchAll(fresh));
  else fresh.test(text);
  return performance.now() - began;
}
