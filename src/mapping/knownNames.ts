import { plainName } from './plainName';

/** Languages in which the names of countries and languages are known; those of BlueConic's and Braze's own pages first. */
const locales = ['en', 'de', 'fr', 'es', 'it', 'nl'];

/**
 * Finds a code by its name, as the runtime's own language data has it. A name that means two codes, in whichever of the
 * languages, means none: a wrong country is worse than a missing one.
 *
 * @param more Names in use that the language data does not have, in `plainName` form; undefined for one that it has and
 *   that is in doubt all the same.
 */
export function knownNames(
  kind: 'region' | 'language',
  codes: Iterable<string>,
  more: { readonly [name: string]: string | undefined },
): ReadonlyMap<string, string> {
  const names = new Map<string, string>();
  const ambiguous = new Set<string>();
  const list = [...codes];
  for (const style of ['long', 'short'] as const) {
    const displays = locales.map(
      (locale) => new Intl.DisplayNames([locale], { type: kind, style, fallback: 'none' }),
    );
    for (const code of list) {
      for (const display of displays) {
        const name = plainName(display.of(code) ?? '');
        const known = names.get(name);
        if (known !== undefined && known !== code) ambiguous.add(name);
        if (name !== '') names.set(name, code);
      }
    }
  }
  for (const name of ambiguous) names.delete(name);
  for (const [name, code] of Object.entries(more)) {
    if (code === undefined) names.delete(name);
    else names.set(name, code);
  }
  return names;
}
