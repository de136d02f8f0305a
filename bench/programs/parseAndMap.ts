import type { ProfileRecord } from '../../src/mapping/profileUpdate';
import { deltaLine } from '../data/deltaRecord';
import { exportMapping } from '../data/exportMapping';
import { compiled } from './compiled';
import { programSettings } from './program';

export interface ParseAndMapSettings {
  seed: number;
  profiles: number;
}

export interface ParseAndMapResult {
  parseMs: number;
  parseAndMapMs: number;
}

/** Parsing and mapping take turns at this many profiles, so that both see the same weather. */
const turnProfiles = 1_000;
const warmUpProfiles = 20_000;

const { compileMapping } =
  compiled<typeof import('../../src/mapping/compileMapping')>('mapping/compileMapping');
const { seed, profiles } = programSettings<ParseAndMapSettings>();
const mapping = compileMapping(exportMapping).bind(undefined);
const lines = Array.from({ length: turnProfiles * 10 }, (_, index) => deltaLine(seed, index));

function parse(from: number): void {
  for (let at = from; at < from + turnProfiles; at++) JSON.parse(lines[at]!);
}

function parseAndMap(from: number): void {
  for (let at = from; at < from + turnProfiles; at++) {
    const result = mapping.map(JSON.parse(lines[at]!) as ProfileRecord);
    if (result.kind !== 'update' || result.refused.length > 0) throw new Error(`Line ${at} was not mapped.`);
  }
}

function measure(count: number): ParseAndMapResult {
  const result = { parseMs: 0, parseAndMapMs: 0 };
  for (let done = 0; done < count; done += turnProfiles) {
    const from = done % lines.length;
    const start = performance.now();
    parse(from);
    const between = performance.now();
    parseAndMap(from);
    result.parseMs += between - start;
    result.parseAndMapMs += performance.now() - between;
  }
  return result;
}

measure(warmUpProfiles);
console.log(JSON.stringify(measure(profiles)));
