const maxCharacters = 255;

/**
 * Is a text longer than Braze stores (contracts: braze 2.2)? Counts Unicode characters: what looks like one letter
 * counts once even where UTF-16 needs two units.
 */
export function isLongText(text: string): boolean {
  if (text.length <= maxCharacters) return false;
  let characters = 0;
  for (const _ of text) characters++;
  return characters > maxCharacters;
}
