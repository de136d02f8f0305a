import { plainName } from './plainName';

/** Braze's letters (contracts: braze 2.4), and the words of six languages for them, in `plainName` form. */
const words: { readonly [letter: string]: string } = {
  M: 'm, male, man, mr, mannlich, mann, herr, masculin, homme, monsieur, masculino, hombre, maschio, maschile, uomo, mannelijk',
  F: 'f, w, female, woman, mrs, ms, weiblich, frau, feminin, femme, madame, femenino, mujer, femmina, femminile, donna, vrouw, vrouwelijk',
  O: 'o, other, d, divers, diverse, x, non binary, nonbinary, autre, otro, altro, anders',
  N: 'n, not applicable, n a, na, entfallt',
  P: 'p, prefer not to say, keine angabe, not disclosed',
};

const letters = new Map<string, string>();
for (const [letter, names] of Object.entries(words)) {
  for (const name of names.split(', ')) letters.set(name, letter);
}

/**
 * One of `M`, `F`, `O` (other), `N` (not applicable), `P` (prefers not to say), given it or a common word for it.
 * Numbers are not read: lists of codes do not agree on them. Nor is "unknown", which is no gender but an empty field.
 */
export function readGender(text: string): string | undefined {
  return letters.get(text.toLowerCase()) ?? letters.get(plainName(text));
}
