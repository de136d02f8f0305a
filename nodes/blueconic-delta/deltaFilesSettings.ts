import type { FileFormat } from '../../src/codec/fileUnit';
import type { TextEncoding } from '../../src/codec/utf8Bytes';
import { SyncError } from '../../src/errors/syncError';
import type { DeltaFilesSettings } from '../../src/s3/deltaFilesSource';
import type { Readiness } from '../../src/s3/readiness';
import { numberSetting } from '../shell/numberSetting';
import { isDelimiter, minAgeField } from './fileFields';

/** What the dialog keeps for delta files. A node of an earlier release lacks some, and behaves as a new one. */
export interface DeltaFilesDef {
  /** A prefix or pattern of keys. */
  prefix?: unknown;
  /** `ending`, `ndjson` or `csv`. */
  format?: unknown;
  /** `auto`, one of `delimiters`, or `other`. */
  delimiter?: unknown;
  otherDelimiter?: unknown;
  /** One of `encodings`. */
  encoding?: unknown;
  /** Empty: a cell is one value. */
  valueSeparator?: unknown;
  /** `age` or `marker`. */
  readiness?: unknown;
  minAgeMinutes?: unknown;
  /** `leave` or `rename`. */
  afterwards?: unknown;
}

const delimiters: ReadonlyMap<unknown, string> = new Map([
  ['comma', ','],
  ['semicolon', ';'],
  ['tab', '\t'],
  ['pipe', '|'],
]);
const encodings: readonly TextEncoding[] = ['utf-8', 'utf-16le', 'utf-16be', 'windows-1252'];

/** @throws SyncError `SETTING_INVALID` for what the dialog would not take. */
export function deltaFilesOf(def: DeltaFilesDef): Omit<DeltaFilesSettings, 'goalId' | 'fullRead'> {
  const afterwards = def.afterwards === 'rename' ? 'rename' : 'leave';
  return { ...filesOf(def), readiness: readinessOf(def), afterwards };
}

/** Which files, and how they are read. @throws SyncError `SETTING_INVALID` for what the dialog would not take. */
export function filesOf(def: DeltaFilesDef): { keys: string; format: FileFormat } {
  const encoding = encodings.find((one) => one === def.encoding);
  const delimiter = delimiterOf(def);
  const valueSeparator = separatorOf(def);
  return {
    keys: text(def.prefix),
    format: {
      ...((def.format === 'csv' || def.format === 'ndjson') && { kind: def.format }),
      csv: {
        ...(encoding && { encoding }),
        ...(delimiter !== undefined && { delimiter }),
        ...(valueSeparator !== '' && { valueSeparator }),
      },
    },
  };
}

function delimiterOf({ delimiter, otherDelimiter }: DeltaFilesDef): string | undefined {
  if (delimiter !== 'other') return delimiters.get(delimiter);
  const other = text(otherDelimiter);
  if (isDelimiter(other)) return other;
  throw new SyncError({
    code: 'SETTING_INVALID',
    message:
      'The setting "otherDelimiter" of the blueconic-delta node must be one ASCII character: no letter, digit or quote.',
    advice: 'Open the node, correct it (or the environment variable it names), then deploy.',
  });
}

/** A text field cannot hold a line break or a tab as it is. */
function separatorOf({ valueSeparator }: DeltaFilesDef): string {
  return text(valueSeparator).replaceAll('\\n', '\n').replaceAll('\\t', '\t');
}

function readinessOf({ readiness, minAgeMinutes }: DeltaFilesDef): Readiness {
  if (readiness === 'marker') return { by: 'marker' };
  return {
    by: 'age',
    minutes: numberSetting(minAgeMinutes, minAgeField, 'minAgeMinutes', 'blueconic-delta node')!,
  };
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : '';
}
