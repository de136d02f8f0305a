import { type FieldPath, parseFieldPath } from './fieldPath';
import { type MappingSource, migrateMapping } from './mapping';

/** What is read of records between their source and their sink. */
export interface FieldsRead {
  /** Everything; undefined where that cannot be told, because an expression or another node may read what it likes. */
  readonly fields: readonly FieldPath[] | undefined;
  /** What mappings find profiles by; part of `fields`. */
  readonly identifiers: readonly FieldPath[];
}

/** What is known of nodes that nobody knows. */
export const readsAnything: FieldsRead = { fields: undefined, identifiers: [] };

/**
 * Looks at stored mapping documents of any version. One that cannot be used may read everything.
 *
 * @param onlyMappers nothing but the mappers of these documents gets the records.
 */
export function fieldsRead(stored: readonly unknown[], onlyMappers: boolean): FieldsRead {
  const fields: FieldPath[] = [];
  const identifiers: FieldPath[] = [];
  let known = onlyMappers && stored.length > 0;
  const add = (source: MappingSource, list: FieldPath[]): void => {
    if (source.kind === 'field') list.push(parseFieldPath(source.path));
    else if (source.kind === 'jsonata') known = false;
  };
  for (const document of stored) {
    const checked = migrateMapping(document);
    if (!checked.ok) {
      known = false;
      continue;
    }
    const { mapping } = checked;
    for (const { source } of mapping.identifiers.flat()) add(source, identifiers);
    for (const { source } of [...mapping.rows, ...(mapping.filter?.conditions ?? [])]) add(source, fields);
  }
  return { fields: known ? [...identifiers, ...fields] : undefined, identifiers };
}
