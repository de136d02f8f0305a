import { formatFieldPath } from '../../src/mapping/fieldPath';
import { type BrazeTarget, brazeTargets } from './brazeTargets';
import type { Choice, ChoiceList, ChoiceSource, SeenField } from './choices';
import { connectedConfig } from './connectedConfig';
import { savedDraft } from './draft';
import { brazeTargetTraits } from './fieldTraits';
import { importFieldPaths } from './importFieldPaths';
import { type LiveList, liveList } from './liveList';
import type { Direction } from './mappingDocument';
import type { FieldTraits } from './mappingRowRules';

/** What the drop-downs of a mapper offer for one direction. */
export interface MapperChoices {
  sources: ChoiceSource;
  targets: ChoiceSource;
  identifierTargets: ChoiceSource;
  /** What a field's values are known by, where the other system has a list of them: for conditions of the filter. */
  values: (path: string) => ChoiceSource | undefined;
  /** The names that the other system has; undefined where they cannot be asked for. */
  existingTargets: () => Promise<ReadonlySet<string> | undefined>;
}

/** The fields by which Braze finds users; an alias needs both of its parts in one row (contracts: braze 2.3). */
const brazeIdentifiers = ['external_id', 'braze_id', 'email', 'phone', 'user_alias_name', 'user_alias_label'];

/** What a profile record from BlueConic holds beside its properties (`BlueConicProfileRecord`). */
const recordFields: readonly (readonly [path: string, traits: FieldTraits])[] = [
  ['id', { type: 'text', as: 'one' }],
  ['segments[*].name', { type: 'text', as: 'list' }],
  ['segments[*].id', { type: 'text', as: 'list' }],
  ['segments[#]', { type: 'integer', as: 'one' }],
  ['interactionsViewed', { type: 'text', as: 'list' }],
  ['interactionsViewed[#]', { type: 'integer', as: 'one' }],
  ['permissionLevel', { type: 'text', as: 'one' }],
  ['consentedObjectives', { type: 'text', as: 'list' }],
  ['refusedObjectives', { type: 'text', as: 'list' }],
  ['lastModified', { type: 'time', as: 'one' }],
  ['inSegment', { type: 'boolean', as: 'one' }],
];

/** Lists of what stands in a field as an id. */
const idLists: { readonly [path: string]: LiveList } = {
  interactionsViewed: 'blueconic-interactions',
  'properties.interactions_viewed': 'blueconic-interactions',
  consentedObjectives: 'blueconic-objectives',
  'properties.consented_objectives': 'blueconic-objectives',
  refusedObjectives: 'blueconic-objectives',
  'properties.refused_objectives': 'blueconic-objectives',
  'segments[*].id': 'blueconic-segments',
};

/** @param seen the fields of the samples in the dialog, which may know what no list does. */
export function mapperChoices(
  node: EditorNode,
  direction: Direction,
  seen: () => readonly SeenField[],
): MapperChoices {
  const attributes = connectedList(node, 'braze-config', 'braze-attributes');
  const properties = connectedList(node, 'blueconic-config', 'blueconic-properties');
  const fromSamples = () => seen().map(({ path, traits }) => fieldChoice(node, path, traits, 'fromSample'));
  if (direction === 'import') {
    return {
      sources: all(
        importFieldPaths().map(({ path, traits }) => fieldChoice(node, path, traits)),
        attributes,
        (choice) => {
          const path = formatFieldPath(['custom_attributes', choice.value]);
          return { ...choice, value: path, label: path };
        },
        fromSamples,
      ),
      targets: properties,
      identifierTargets: uniqueOnly(properties),
      values: () => undefined,
      existingTargets: () => names(properties),
    };
  }
  const lists = new Map<LiveList, ChoiceSource>();
  for (const list of new Set(Object.values(idLists)))
    lists.set(list, connectedList(node, 'blueconic-config', list));
  return {
    sources: all(
      recordFields.map(([path, traits]) => fieldChoice(node, path, traits)),
      properties,
      (choice) => ({ ...choice, value: formatFieldPath(['properties', choice.value]) }),
      fromSamples,
    ),
    targets: all(
      brazeTargets().map((target) => targetChoice(node, target)),
      attributes,
      (choice) => choice,
    ),
    identifierTargets: () => ({ choices: brazeIdentifiers.map((name) => ({ value: name, label: name })) }),
    values: (path) => {
      const list = Object.hasOwn(idLists, path) ? idLists[path] : undefined;
      return list && lists.get(list);
    },
    existingTargets: () => names(attributes),
  };
}

/** What a reserved key of Braze takes and costs, in one sentence. */
export function brazeTargetText(node: EditorNode, { accepts, billable }: BrazeTarget): string {
  const price = billable ? 'costs' : 'free';
  return `${node._(`profile-field-mapper.accepts.${accepts}`)} · ${node._(`profile-field-mapper.accepts.${price}`)}`;
}

function fieldChoice(node: EditorNode, path: string, traits: FieldTraits, origin?: 'fromSample'): Choice {
  const type = node._(`profile-field-mapper.type.${traits.type}`);
  const shape = traits.as === 'list' ? node._('profile-field-mapper.choice.listOf', { type }) : type;
  const remark = origin ? `${shape}, ${node._('profile-field-mapper.choice.fromSample')}` : shape;
  return { value: path, label: path, remark, traits };
}

function targetChoice(node: EditorNode, target: BrazeTarget): Choice {
  const choice: Choice = { value: target.key, label: target.key, remark: brazeTargetText(node, target) };
  const traits = brazeTargetTraits(target.key);
  return traits === undefined ? choice : { ...choice, traits };
}

/** A live list by way of the config node that the mapper's neighbours use. */
function connectedList(node: EditorNode, configType: string, list: LiveList): ChoiceSource {
  return liveList(node, list, () => savedDraft(connectedConfig(node, configType) ?? ''));
}

/**
 * The documented fields, which need no connection, the account's own ones where they can be had, and what else the
 * samples hold. Why a list is not complete stands below it.
 */
function all(
  documented: readonly Choice[],
  live: ChoiceSource,
  asField: (choice: Choice) => Choice,
  more: () => Choice[] = () => [],
): ChoiceSource {
  return async () => {
    const list = await ownOf(live);
    const own = [...documented, ...list.choices.map(asField)];
    const known = new Set(own.map(({ value }) => value));
    return { ...list, choices: [...own, ...more().filter(({ value }) => !known.has(value))] };
  };
}

async function ownOf(live: ChoiceSource): Promise<ChoiceList> {
  try {
    return await live();
  } catch (failure) {
    return { choices: [], note: failure instanceof Error ? failure.message : String(failure) };
  }
}

async function names(live: ChoiceSource): Promise<ReadonlySet<string> | undefined> {
  try {
    const { choices, note } = await live();
    return note === undefined ? new Set(choices.map(({ value }) => value)) : undefined;
  } catch {
    return undefined;
  }
}

/** Only fields by which profiles are found, unless the list knows of none. */
function uniqueOnly(source: ChoiceSource): ChoiceSource {
  return async () => {
    const list = await source();
    const unique = list.choices.filter((choice) => choice.unique === true);
    return unique.length === 0 ? list : { ...list, choices: unique };
  };
}
