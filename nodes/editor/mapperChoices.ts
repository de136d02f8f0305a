import { exportFields } from '../../src/braze/exportFields';
import { reservedAttributes } from '../../src/braze/reservedAttributes';
import { formatFieldPath } from '../../src/mapping/fieldPath';
import type { Choice, ChoiceSource } from './choices';
import { connectedConfig } from './connectedConfig';
import { savedDraft } from './draft';
import { brazeTargetTraits, exportFieldTraits } from './fieldTraits';
import { type LiveList, liveList } from './liveList';
import type { Direction } from './mappingDocument';

/** What the drop-downs of a mapper offer for one direction. */
export interface MapperChoices {
  sources: ChoiceSource;
  targets: ChoiceSource;
  identifierTargets: ChoiceSource;
}

/** The fields by which Braze finds users; an alias needs both of its parts in one row (contracts: braze 2.3). */
const brazeIdentifiers = ['external_id', 'braze_id', 'email', 'phone', 'user_alias_name', 'user_alias_label'];

/** What a profile record from BlueConic holds beside its properties (`BlueConicProfileRecord`). */
const recordFields: Choice[] = [
  { value: 'id', label: 'id', traits: { type: 'text', as: 'one' } },
  { value: 'segments', label: 'segments', traits: { type: 'json', as: 'list' } },
  { value: 'permissionLevel', label: 'permissionLevel', traits: { type: 'text', as: 'one' } },
  { value: 'consentedObjectives', label: 'consentedObjectives', traits: { type: 'text', as: 'list' } },
  { value: 'refusedObjectives', label: 'refusedObjectives', traits: { type: 'text', as: 'list' } },
  { value: 'interactionsViewed', label: 'interactionsViewed', traits: { type: 'text', as: 'list' } },
  { value: 'lastModified', label: 'lastModified', traits: { type: 'time', as: 'one' } },
];

/** What no mapping can write: names that only this package may use, or that Braze refuses. */
const notWritable = new Set(['identifier', 'control', 'forbidden']);

export function mapperChoices(node: EditorNode, direction: Direction): MapperChoices {
  const attributes = connectedList(node, 'braze-config', 'braze-attributes');
  const properties = connectedList(node, 'blueconic-config', 'blueconic-properties');
  if (direction === 'import') {
    return {
      sources: documentedAnd(importFields(), attributes, (choice) => ({
        ...choice,
        value: formatFieldPath(['custom_attributes', choice.value]),
        label: formatFieldPath(['custom_attributes', choice.value]),
      })),
      targets: properties,
      identifierTargets: uniqueOnly(properties),
    };
  }
  return {
    sources: documentedAnd(recordFields, properties, (choice) => ({
      ...choice,
      value: formatFieldPath(['properties', choice.value]),
    })),
    targets: documentedAnd(exportTargets(), attributes, (choice) => choice),
    identifierTargets: () => ({ choices: brazeIdentifiers.map((name) => ({ value: name, label: name })) }),
  };
}

function importFields(): Choice[] {
  return exportFields
    .filter(({ field }) => field !== 'custom_attributes')
    .map(({ field }) => withTraits({ value: field, label: field }, exportFieldTraits(field)));
}

function exportTargets(): Choice[] {
  return [...reservedAttributes.values()]
    .filter(({ type }) => !notWritable.has(type))
    .map(({ key }) => withTraits({ value: key, label: key }, brazeTargetTraits(key)));
}

function withTraits(choice: Choice, traits: Choice['traits']): Choice {
  return traits === undefined ? choice : { ...choice, traits };
}

/** A live list by way of the config node that the mapper's neighbours use. */
function connectedList(node: EditorNode, configType: string, list: LiveList): ChoiceSource {
  return liveList(node, list, () => savedDraft(connectedConfig(node, configType) ?? ''));
}

/** The documented fields, which need no connection, and the account's own ones where they can be had. */
function documentedAnd(
  documented: Choice[],
  live: ChoiceSource,
  asField: (choice: Choice) => Choice,
): ChoiceSource {
  return async () => {
    try {
      const list = await live();
      return { ...list, choices: [...documented, ...list.choices.map(asField)] };
    } catch (failure) {
      return { choices: documented, note: failure instanceof Error ? failure.message : String(failure) };
    }
  };
}

/** Only fields by which profiles are found, unless the list knows of none. */
function uniqueOnly(source: ChoiceSource): ChoiceSource {
  return async () => {
    const list = await source();
    const unique = list.choices.filter((choice) => choice.unique === true);
    return unique.length === 0 ? list : { ...list, choices: unique };
  };
}
