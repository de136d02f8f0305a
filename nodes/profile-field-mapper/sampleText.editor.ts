/** A record as somebody pasted it: an object of JSON. */
export type SampleRecord = { [field: string]: unknown };

/**
 * What a text of samples holds: its records, or why it cannot be read. `line` counts from 1; it is absent where the
 * text was read as one document and the engine tells no place.
 */
export type SampleReading =
  | { kind: 'empty' }
  | { kind: 'records'; records: SampleRecord[] }
  | { kind: 'fault'; fault: 'notJson' | 'notRecords'; line?: number };

/**
 * Reads what was pasted as samples: a JSON array of objects, one object, a message with such a `payload`, or one
 * object per line (NDJSON, the form of export and delta files). Never throws.
 */
export function readSamples(text: string): SampleReading {
  if (text.trim() === '') return { kind: 'empty' };
  const whole = parse(text);
  if (whole !== undefined) return recordsIn(whole.value);
  const lines = text.split(/\r?\n/);
  const records: SampleRecord[] = [];
  for (const [at, line] of lines.entries()) {
    if (line.trim() === '') continue;
    const parsed = parse(line);
    // A document over several lines that is broken is told as a whole: its first line says nothing about the fault.
    if (parsed === undefined) {
      return records.length === 0
        ? { kind: 'fault', fault: 'notJson' }
        : { kind: 'fault', fault: 'notJson', line: at + 1 };
    }
    if (!isRecord(parsed.value)) return { kind: 'fault', fault: 'notRecords', line: at + 1 };
    records.push(parsed.value);
  }
  return { kind: 'records', records };
}

/** Samples as the box shows them: a JSON array, indented, without the refs of a run. */
export function writeSamples(records: readonly SampleRecord[]): string {
  return JSON.stringify(
    records.map(({ _ref, ...record }) => record),
    null,
    2,
  );
}

function recordsIn(value: unknown): SampleReading {
  const message = isRecord(value) && Array.isArray(value.payload) ? value.payload : value;
  const list = Array.isArray(message) ? message : [message];
  if (!list.every(isRecord)) return { kind: 'fault', fault: 'notRecords' };
  return list.length === 0 ? { kind: 'empty' } : { kind: 'records', records: list };
}

function parse(text: string): { value: unknown } | undefined {
  try {
    return { value: JSON.parse(text) as unknown };
  } catch {
    return undefined;
  }
}

function isRecord(value: unknown): value is SampleRecord {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
