/**
 * A name as it is compared: lower case, without accents, punctuation and repeated spaces, `&` as `and`, and without an
 * English article before it. `The Côte d'Ivoire` and `cote d ivoire` are one name, `U.S.A.` and `usa` another.
 */
export function plainName(text: string): string {
  return text
    .normalize('NFD')
    .replace(/\p{M}/gu, '')
    .toLowerCase()
    .replaceAll('ß', 'ss')
    .replaceAll('&', ' and ')
    .replaceAll('.', '')
    .replace(/[^\p{L}\p{N}]+/gu, ' ')
    .trim()
    .replace(/^the /, '');
}
