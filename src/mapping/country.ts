import { countryCodes } from './countryCodes';
import { knownNames } from './knownNames';
import { plainName } from './plainName';

const byLetters = new Map<string, string>();
for (const both of countryCodes.trim().split(/\s+/)) {
  const two = both.slice(0, 2);
  byLetters.set(two, two);
  byLetters.set(both.slice(2), two);
}

/** In use, and without doubt, though not what ISO or the language data says; and one name of two countries. */
const alsoCalled: { readonly [name: string]: string | undefined } = {
  congo: undefined,
  uk: 'GB',
  'great britain': 'GB',
  'united states of america': 'US',
  'vereinigte staaten von amerika': 'US',
  'russian federation': 'RU',
  'czech republic': 'CZ',
  turkey: 'TR',
  holland: 'NL',
  'republic of korea': 'KR',
  'ivory coast': 'CI',
  macedonia: 'MK',
  burma: 'MM',
  swaziland: 'SZ',
};

let byName: ReadonlyMap<string, string> | undefined;

/**
 * The two letters of ISO 3166-1, given them, the three letters, or a name in one of six languages; case and accents do
 * not matter. `undefined` for what is not surely a country: Braze would empty the field (contracts: braze 2.4).
 */
export function readCountry(text: string): string | undefined {
  const code = byLetters.get(text) ?? byLetters.get(text.trim().toUpperCase());
  if (code !== undefined) return code;
  byName ??= knownNames('region', new Set(byLetters.values()), alsoCalled);
  const name = plainName(text);
  return byName.get(name) ?? byLetters.get(name.toUpperCase());
}

/** The two letters and nothing else, in any case: the form that Braze is sure to take. */
export function isCountryCode(text: string): boolean {
  return text.length === 2 && byLetters.has(text.toUpperCase());
}
