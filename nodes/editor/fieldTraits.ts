import { type ExportFieldType, exportFields } from '../../src/braze/exportFields';
import { type ReservedType, reservedAttributes } from '../../src/braze/reservedAttributes';
import type { FieldTraits } from './mappingRowRules';

const text: FieldTraits = { type: 'text', as: 'one' };

/** Fields of both directions whose name says more than their documented type. */
const byName: { readonly [field: string]: FieldTraits } = {
  email: { type: 'email', as: 'one' },
  phone: { type: 'phone', as: 'one' },
  gender: { type: 'gender', as: 'one' },
  country: { type: 'country', as: 'one' },
  language: { type: 'language', as: 'one' },
  total_revenue: { type: 'decimal', as: 'one' },
};

const exported: { readonly [type in ExportFieldType]: FieldTraits } = {
  string: text,
  date: { type: 'date', as: 'one' },
  dateTime: { type: 'time', as: 'one' },
  integer: { type: 'integer', as: 'one' },
  number: { type: 'number', as: 'one' },
  numbers: { type: 'number', as: 'list' },
  // BlueConic holds no objects, so that an object arrives as one element of a list of JSON texts.
  object: { type: 'json', as: 'list' },
  objects: { type: 'json', as: 'list' },
};

const written: { readonly [type in ReservedType]?: FieldTraits } = {
  boolean: { type: 'boolean', as: 'one' },
  date: { type: 'date', as: 'one' },
  dateTime: { type: 'time', as: 'one' },
  location: { type: 'json', as: 'object' },
  object: { type: 'json', as: 'object' },
  subscriptionGroups: { type: 'json', as: 'list' },
  pushTokens: { type: 'json', as: 'list' },
};

/** By `filterType` of a BlueConic property (contracts: blueconic 3.4). */
const properties: { readonly [filterType: string]: FieldTraits } = {
  SELECT: text,
  EMAIL: { type: 'email', as: 'one' },
  RANGE: { type: 'integer', as: 'one' },
  DECIMAL: { type: 'decimal', as: 'one' },
  CURRENCY: { type: 'decimal', as: 'one' },
  DATETIME: { type: 'time', as: 'one' },
};

/** By the leading words of a Braze attribute's `data_type` (contracts: braze 5). */
const attributes: { readonly [dataType: string]: FieldTraits } = {
  string: text,
  number: { type: 'number', as: 'one' },
  boolean: { type: 'boolean', as: 'one' },
  date: { type: 'time', as: 'one' },
  time: { type: 'time', as: 'one' },
  array: { type: 'text', as: 'list' },
  'object array': { type: 'json', as: 'list' },
  object: { type: 'json', as: 'object' },
};

/** How a field of a Braze export is best mapped; undefined for one that is not documented. */
export function exportFieldTraits(field: string): FieldTraits | undefined {
  const found = exportFields.find((known) => known.field === field);
  return found === undefined ? undefined : (byName[field] ?? exported[found.type]);
}

/** How a field that Braze itself defines is best written; undefined for custom attributes. */
export function brazeTargetTraits(field: string): FieldTraits | undefined {
  const reserved = reservedAttributes.get(field);
  return reserved === undefined ? undefined : (byName[field] ?? written[reserved.type] ?? text);
}

export function propertyTraits(filterType: string | undefined): FieldTraits | undefined {
  return filterType === undefined ? undefined : properties[filterType];
}

/** A type that is not known gives none: then the row stays as it is. */
export function attributeTraits(dataType: string | undefined): FieldTraits | undefined {
  const plain = (dataType ?? '').toLowerCase().trim();
  return attributes[plain] ?? attributes[plain.split(/[^a-z]/)[0] ?? ''];
}
