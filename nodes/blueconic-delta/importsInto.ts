import type { NodeAPI } from 'node-red';
import { importedFields } from '../../src/blueconic/heldProperties';
import { profileChangeRules } from '../../src/blueconic/profileChanges';
import { profilesTargetName } from '../../src/blueconic/profilesTarget';
import { identifierKind } from '../../src/delta/identifierKinds';
import { type Mapping, migrateMapping } from '../../src/mapping/mapping';
import type { BlueConicConfigNode } from '../blueconic-config/blueconic-config';
import { type BlueConicProfilesDef, entrySettingsOf } from '../blueconic-profiles/profilesSettings';
import type { WiredNode } from '../shell/flowPath';
import type { ReadSystem } from '../shell/readMemory';
import { configNode } from '../shell/settings';

/**
 * The tenant as something to remember of what is read there, so that an import does not write back what came from it
 * (R15). Undefined where nothing of ours writes to the tenant, or to several domain groups of it: then nobody can say
 * which of them a profile is of.
 */
export function importsInto(
  RED: NodeAPI,
  blueconicId: string,
  nodes: ReadonlyMap<string, WiredNode>,
): ReadSystem | undefined {
  const sinks = [...nodes.values()]
    .filter((node) => node.type === 'blueconic-profiles')
    .map((node) => node as unknown as BlueConicProfilesDef)
    .filter(({ blueconic }) => blueconic === blueconicId);
  const groups = new Set(sinks.map((def) => entrySettingsOf(def).domainGroup));
  if (groups.size !== 1) return undefined;
  const imported = importedFields(importMappings(nodes));
  if (imported.types.size === 0) return undefined;
  const [domainGroup] = groups;
  const scope = domainGroup === undefined ? {} : { domainGroup };
  return {
    name: profilesTargetName(configNode<BlueConicConfigNode>(RED, blueconicId, 'BlueConic').client()),
    rules: profileChangeRules(scope, imported),
    identifiers: imported.identifiers.map((fields) =>
      identifierKind(fields.map((field) => ({ field, value: '' }))),
    ),
  };
}

function importMappings(nodes: ReadonlyMap<string, WiredNode>): Mapping[] {
  const mappings: Mapping[] = [];
  for (const node of nodes.values()) {
    if (node.type !== 'profile-field-mapper') continue;
    const checked = migrateMapping((node as WiredNode & { mapping?: unknown }).mapping);
    if (checked.ok && checked.mapping.direction === 'import') mappings.push(checked.mapping);
  }
  return mappings;
}
