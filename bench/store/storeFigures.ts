/**
 * Measures the embedded store by itself, in the pattern of a run: look-ups of 75 to 500 keys at a time, and commits of
 * 3,000 entries of 100 bytes under random 128-bit keys, sorted, with the look-ups going on meanwhile. Prints one JSON
 * line a step; no step is a test.
 *
 *     node --import tsx bench/store/storeFigures.ts [--entries 1000000] [--seconds 8]
 */
import { createHash, randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { LevelStore } from '../../src/store/levelStore';
import type { StateStore, StoreWrite } from '../../src/store/store';
import { type GapClass, loopDelay } from '../measure/loopDelay';
import { anonymousMb } from '../measure/processFigures';
import { significant } from '../measure/statistics';

const groupEntries = 3_000;
const valueBytes = 100;

const { values: options } = parseArgs({
  options: { entries: { type: 'string', default: '1000000' }, seconds: { type: 'string', default: '8' } },
});
const entries = Number(options.entries);
const stepMs = Number(options.seconds) * 1_000;

/** Random for the store, known to this script. */
function keyOf(number: number): Buffer {
  return createHash('md5').update(String(number)).digest();
}

function randomKeys(count: number): Buffer[] {
  return Array.from({ length: count }, () => keyOf(Math.floor(Math.random() * entries)));
}

function group(keys: Buffer[]): StoreWrite[] {
  keys.sort(Buffer.compare);
  return keys.map((key) => ({ space: 'fingerprint', key, value: randomBytes(valueBytes) }));
}

/** The wait that a request arriving at a random moment would meet, from the start to `stop`. */
function watchLoop(): { stop(): object } {
  const gaps: GapClass[] = [];
  let max = 0;
  let last = performance.now();
  const timer = setInterval(() => {
    const now = performance.now();
    const gap = now - last;
    last = now;
    max = Math.max(max, gap);
    gaps.push([gap, gap]);
  }, 1);
  return {
    stop() {
      clearInterval(timer);
      const { p50, p99 } = loopDelay(gaps, max);
      return { p50: significant(p50, 2), p99: significant(p99, 2), max: significant(max, 2) };
    },
  };
}

function quantiles(times: number[]): object {
  const sorted = times.sort((one, other) => one - other);
  const at = (share: number) => significant(sorted[Math.floor((sorted.length - 1) * share)] ?? 0, 3);
  return { p50: at(0.5), p99: at(0.99), max: at(1) };
}

function print(step: string, figures: object): void {
  const anonMb = anonymousMb(process.pid);
  console.log(JSON.stringify({ step, ...figures, ...(anonMb && { anonMb: Math.round(anonMb) }) }));
}

async function timed(times: number[], work: Promise<unknown>): Promise<void> {
  const begun = performance.now();
  await work;
  times.push(performance.now() - begun);
}

async function fill(store: StateStore): Promise<void> {
  const commitMs: number[] = [];
  const begun = performance.now();
  for (let from = 0; from < entries; from += groupEntries) {
    const count = Math.min(groupEntries, entries - from);
    const writes = group(Array.from({ length: count }, (_, at) => keyOf(from + at)));
    await timed(commitMs, store.commit(writes));
  }
  const perSecond = significant(entries / ((performance.now() - begun) / 1_000), 3);
  print('fill', { entries, perSecond, commitMs: quantiles(commitMs) });
}

async function lookUp(store: StateStore, slice: number): Promise<void> {
  const sliceMs: number[] = [];
  const loop = watchLoop();
  const begun = performance.now();
  while (performance.now() - begun < stepMs)
    await timed(sliceMs, store.getMany('fingerprint', randomKeys(slice)));
  const perSecond = significant((sliceMs.length * slice) / ((performance.now() - begun) / 1_000), 3);
  print(`look up ${slice} at a time`, { perSecond, sliceMs: quantiles(sliceMs), loopMs: loop.stop() });
}

/** As a run does: everything is looked up, a share of it written, and one commit at a time is on its way. */
async function lookUpAndWrite(store: StateStore, share: number): Promise<void> {
  const commitMs: number[] = [];
  const loop = watchLoop();
  const begun = performance.now();
  let profiles = 0;
  let changed: Buffer[] = [];
  let committing: Promise<void> | undefined;
  while (performance.now() - begun < stepMs) {
    const keys = randomKeys(500);
    await store.getMany('fingerprint', keys);
    profiles += keys.length;
    changed.push(...keys.filter(() => Math.random() < share));
    if (changed.length < groupEntries) continue;
    await committing;
    committing = timed(commitMs, store.commit(group(changed)));
    changed = [];
  }
  await committing;
  const perSecond = significant(profiles / ((performance.now() - begun) / 1_000), 3);
  print(`look up, write ${share * 100} %`, {
    perSecond,
    commitMs: quantiles(commitMs),
    loopMs: loop.stop(),
  });
}

async function opened(folder: string): Promise<StateStore> {
  const begun = performance.now();
  const store = await LevelStore.open(folder);
  await store.getMany('fingerprint', [keyOf(0)]);
  const ms = significant(performance.now() - begun, 3);
  print('open, first look-up', { ms, megabytes: Math.round((await store.approximateSize()) / 1024 ** 2) });
  return store;
}

async function measure(): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'profile-sync-bench-'));
  try {
    const empty = await opened(folder);
    await fill(empty);
    await empty.close();
    const full = await opened(folder);
    for (const slice of [75, 500]) await lookUp(full, slice);
    for (const share of [0.3, 1]) await lookUpAndWrite(full, share);
    await full.close();
    await (await opened(folder)).close();
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

void measure();
