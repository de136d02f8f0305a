import { createHash } from 'node:crypto';

/** Something that must not be found again: what it is, and the text that was planted. */
export interface Plant {
  what: string;
  text: string;
}

/** Something that may hold what it must not: a name for the message, and its bytes. */
export interface Place {
  name: string;
  bytes: Buffer;
}

interface Needle {
  what: string;
  form: string;
  bytes: Buffer;
}

/** Bytes of a hash that are enough to know it by. */
const hashBytes = 8;

/**
 * The forms in which a text can be given away: as it is, encoded, or hashed without a key, which lets anybody who guesses
 * it see that it is there.
 */
function needlesOf({ what, text }: Plant): Needle[] {
  const bytes = Buffer.from(text);
  const forms: [form: string, bytes: Buffer][] = [
    ['as it is', bytes],
    ['in lower case', Buffer.from(text.toLowerCase())],
    ['percent-encoded', Buffer.from(encodeURIComponent(text))],
    ['as hex', Buffer.from(bytes.toString('hex'))],
    ['as UTF-16', Buffer.from(text, 'utf16le')],
  ];
  // Base64 depends on where in the encoded bytes the text begins; what its neighbours have a share in is cut off.
  for (let lead = 0; lead < 3; lead++) {
    const padded = Buffer.concat([Buffer.alloc(lead), bytes]);
    const inside = padded.toString('base64').slice(lead === 0 ? 0 : lead + 1, -4);
    forms.push([`as base64 (${lead})`, Buffer.from(inside)]);
  }
  for (const spelled of new Set([text, text.toLowerCase()])) {
    for (const algorithm of ['md5', 'sha1', 'sha256'] as const) {
      const hash = createHash(algorithm).update(spelled).digest().subarray(0, hashBytes);
      forms.push([`as ${algorithm}`, hash]);
      forms.push([`as ${algorithm} in hex`, Buffer.from(hash.toString('hex'))]);
    }
  }
  return forms.map(([form, needle]) => ({ what, form, bytes: needle }));
}

/** Every find as one line: what, in which form, where, and what stands around it. */
export function finds(plants: readonly Plant[], places: readonly Place[]): string[] {
  const needles = plants.flatMap(needlesOf);
  const found: string[] = [];
  for (const { name, bytes } of places) {
    for (const needle of needles) {
      const at = bytes.indexOf(needle.bytes);
      if (at < 0) continue;
      const around = bytes.subarray(Math.max(0, at - 80), at + needle.bytes.length + 80).toString('latin1');
      found.push(`${needle.what} ${needle.form} in ${name}: …${around}…`);
    }
  }
  return found;
}
