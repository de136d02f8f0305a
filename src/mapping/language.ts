import { knownNames } from './knownNames';
import { plainName } from './plainName';

/** The two letters of every language of ISO 639-1. */
const codes = new Set(
  `aa ab ae af ak am an ar as av ay az ba be bg bi bm bn bo br bs ca ce ch co cr cs cu cv cy da de dv dz ee el en eo es
  et eu fa ff fi fj fo fr fy ga gd gl gn gu gv ha he hi ho hr ht hu hy hz ia id ie ig ii ik io is it iu ja jv ka kg ki
  kj kk kl km kn ko kr ks ku kv kw ky la lb lg li ln lo lt lu lv mg mh mi mk ml mn mr ms mt my na nb nd ne ng nl nn no
  nr nv ny oc oj om or os pa pi pl ps pt qu rm rn ro ru rw sa sc sd se sg si sk sl sm sn so sq sr ss st su sv sw ta te
  tg th ti tk tl tn to tr ts tt tw ty ug uk ur uz ve vi vo wa wo xh yi yo za zh zu`.split(/\s+/),
);

/** A language, and perhaps a script, a country or the like after it. */
const tag = /^([a-z]{2,3})(?:[-_][a-z0-9]{2,8})*$/i;

let byName: ReadonlyMap<string, string> | undefined;

/**
 * The two letters of ISO 639-1, given them, a tag such as `de-AT` or `de_DE`, the three letters of ISO 639-2, or a name
 * in one of six languages; case and accents do not matter. `undefined` for what is not surely a language.
 */
export function readLanguage(text: string): string | undefined {
  if (codes.has(text)) return text;
  const trimmed = text.trim();
  const letters = tag.exec(trimmed)?.[1]?.toLowerCase();
  if (letters !== undefined) {
    const code = twoLetters(letters);
    if (code !== undefined) return code;
  }
  byName ??= knownNames('language', codes, {});
  return byName.get(plainName(trimmed));
}

export function isLanguageCode(text: string): boolean {
  return codes.has(text.toLowerCase());
}

/** The runtime knows which two letters a language has, and which letters of old mean which of today. */
function twoLetters(letters: string): string | undefined {
  if (codes.has(letters)) return letters;
  const today = Intl.getCanonicalLocales(letters)[0]?.split('-', 1)[0];
  return today !== undefined && codes.has(today) ? today : undefined;
}
