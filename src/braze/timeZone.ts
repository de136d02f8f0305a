/** Distinct zones are few; hand-written updates could bring any number of texts. */
const rememberedAtMost = 2_000;
const remembered = new Map<string, boolean>();

/** Names in the manner of Rails, which Braze takes too. Those of the documentation's own example are told by their end. */
const railsName = /^[A-Z][A-Za-z]+ Time \(US & Canada\)$/;

/** Is the text a time zone that Braze would set (contracts: braze 2.4)? Bare offsets are none. */
export function isTimeZone(text: string): boolean {
  let known = remembered.get(text);
  if (known === undefined) {
    if (remembered.size >= rememberedAtMost) remembered.clear();
    known = railsName.test(text) || isIanaZone(text);
    remembered.set(text, known);
  }
  return known;
}

function isIanaZone(text: string): boolean {
  if (!/^[A-Za-z]/.test(text)) return false;
  try {
    new Intl.DateTimeFormat('en', { timeZone: text });
    return true;
  } catch {
    return false;
  }
}
