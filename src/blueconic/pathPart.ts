/**
 * An id as one part of a path. Dots alone would lead to another endpoint, encoded as well (a URL takes `%2e` for a dot):
 * encoded twice they are an id that nothing has.
 */
export function pathPart(id: string): string {
  return /^\.{1,2}$/.test(id) ? id.replaceAll('.', '%252E') : encodeURIComponent(id);
}
