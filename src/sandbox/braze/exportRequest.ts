import { exportFields, type RowSelection } from './exportRow';
import type { Json, JsonObject } from './json';

/** A valid body of POST /users/export/segment, apart from the segment itself (contracts: braze 4.1). */
export interface ExportRequest {
  selection: RowSelection;
  format: 'zip' | 'gzip';
  callback: string | undefined;
}

const customAttributeLimit = 500;

/** @returns the request, or the text that refuses it; these texts are our own, none is documented. */
export function readExportRequest(body: JsonObject): ExportRequest | string {
  const selection = readSelection(body);
  if (typeof selection === 'string') return selection;
  const { output_format: format = 'zip', callback_endpoint: callback } = body;
  if (format !== 'zip' && format !== 'gzip') return "'output_format' must be 'zip' or 'gzip'";
  if (callback === undefined || callback === null) return { selection, format, callback: undefined };
  if (typeof callback !== 'string' || !URL.canParse(callback)) return "'callback_endpoint' must be a URL";
  return { selection, format, callback };
}

/** Reads which fields and custom attributes to export, or says what is wrong with them. */
export function readSelection(body: JsonObject): RowSelection | string {
  const { fields_to_export: fields, custom_attributes_to_export: custom = [] } = body;
  if (!isTextList(fields) || fields.length === 0) return "'fields_to_export' is required";
  const unknown = fields.find((field) => !exportFields.has(field));
  if (unknown !== undefined) return `'${unknown}' is not a field that can be exported`;
  if (!isTextList(custom) || custom.length > customAttributeLimit) {
    return `'custom_attributes_to_export' must be an array of at most ${customAttributeLimit} names`;
  }
  return {
    fields: new Set(fields),
    custom: fields.includes('custom_attributes') ? 'all' : new Set(custom),
  };
}

function isTextList(value: Json | undefined): value is string[] {
  return Array.isArray(value) && value.every((item) => typeof item === 'string');
}
