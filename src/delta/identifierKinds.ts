import type { MatchTerm } from '../mapping/profileUpdate';
import type { StateStore, StoreWrite } from '../store/store';

const prefix = 'identifiers/';

/** The fields of an identifier, in one text: `external_id`, or `user_alias_label user_alias_name`. */
export function identifierKind(terms: readonly MatchTerm[]): string {
  return terms.length === 1
    ? terms[0]!.field
    : terms
        .map(({ field }) => field)
        .sort()
        .join(' ');
}

/** Notes that profiles of a workspace are looked for by such an identifier. */
export function identifierNote(workspace: string, kind: string): StoreWrite {
  return { space: 'setting', key: `${prefix}${workspace}/${kind}`, value: '' };
}

export async function notedIdentifiers(store: StateStore, workspace: string): Promise<Set<string>> {
  const kinds = new Set<string>();
  const start = `${prefix}${workspace}/`;
  for await (const { key } of store.list('setting', start)) kinds.add(key.slice(start.length));
  return kinds;
}
