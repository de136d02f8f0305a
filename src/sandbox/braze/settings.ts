import { z } from 'zod';
import { isObject, type Json, type JsonObject } from './json';

const wholeNumber = z.number().int().min(0);

function rateLimit(limit: number, windowMs: number) {
  return z
    .strictObject({
      limit: wholeNumber.default(limit),
      windowMs: z.number().int().positive().default(windowMs),
    })
    .prefault({});
}

const hour = 3_600_000;
const minute = 60_000;

/**
 * Everything about the sandbox's Braze that can be changed while it runs. Durations in milliseconds.
 *
 * | setting | meaning |
 * |---|---|
 * | `trackLimit` | objects per /users/track call: in total (`combined`) or per array (`legacy`); contracts: braze 2.2 |
 * | `rateHeaders` | `epoch`: reset as epoch seconds, always sent; `mau`: reset as seconds to go, and a 429 carries only `x-ratelimit-retry-after`; contracts: braze 2.8 |
 * | `rateLimits` | requests per fixed window, windows aligned to the clock; contracts: braze 11 |
 * | `apply` | accepted changes are applied `delayMs` later (0: before the answer), in order of arrival or, in a `race`, in a seeded random order among those waiting |
 * | `keys` | further API keys beside the sandbox's own, each with its permissions |
 * | `emptyBodyFirst` | an empty body is refused as such (400) before the key's permission is looked at; contracts: braze 1.4 does not say which comes first |
 * | `blockedAttributes` | custom attributes that are accepted and not processed (blocklist) |
 * | `disallowedExternalIds` | users that are refused as blacklisted |
 * | `exportIdsNeedsFields` | /users/export/ids insists on `fields_to_export`, as for workspaces since 2024-08-22 |
 * | `exports` | see {@link ExportSettings} |
 */
const settingsSchema = z.strictObject({
  trackLimit: z
    .strictObject({
      mode: z.enum(['combined', 'legacy']).default('combined'),
      objects: z.number().int().positive().default(75),
    })
    .prefault({}),
  rateHeaders: z.enum(['epoch', 'mau']).default('epoch'),
  rateLimits: z
    .strictObject({
      track: rateLimit(3_000, 3_000),
      shared: rateLimit(250_000, hour),
      exportIds: rateLimit(250, minute),
      customAttributes: rateLimit(1_000, hour),
      userChanges: rateLimit(20_000, minute),
    })
    .prefault({}),
  apply: z
    .strictObject({
      delayMs: wholeNumber.default(100),
      order: z.enum(['arrival', 'race']).default('arrival'),
      seed: z.number().int().default(1),
    })
    .prefault({}),
  keys: z
    .array(
      z.strictObject({
        key: z.string().min(1),
        permissions: z.union([z.literal('all'), z.array(z.string())]),
      }),
    )
    .default([]),
  emptyBodyFirst: z.boolean().default(false),
  blockedAttributes: z.array(z.string()).default([]),
  disallowedExternalIds: z.array(z.string()).default([]),
  exportIdsNeedsFields: z.boolean().default(true),
  exports: z
    .strictObject({
      rowsPerFile: z.number().int().positive().max(5_000).default(5_000),
      fileDelayMs: wholeNumber.default(20),
      emptySegment: z.enum(['noFile', 'emptyFile']).default('noFile'),
      failSilently: z.boolean().default(false),
      straddleMidnight: z.boolean().default(false),
      dashboardCsv: z.boolean().default(false),
      alwaysZip: z.boolean().default(false),
      zipMembers: z.number().int().positive().max(1_000).default(1),
      lateFile: z.strictObject({ index: wholeNumber, ms: wholeNumber }).nullable().default(null),
      truncatedFile: z.strictObject({ index: wholeNumber }).nullable().default(null),
      duplicateRow: z.strictObject({ count: wholeNumber }).nullable().default(null),
      malformedRow: z
        .strictObject({ lines: z.array(z.string()) })
        .nullable()
        .default(null),
      deleteAfterMs: wholeNumber.nullable().default(null),
    })
    .prefault({}),
});

export type BrazeSettings = z.output<typeof settingsSchema>;
/** Any part of the settings, to any depth; what is left out keeps its value, `null` switches an export fault off. */
export type BrazeSettingsPatch = z.input<typeof settingsSchema>;
export type RatePool = keyof BrazeSettings['rateLimits'];
export type ApiKey = BrazeSettings['keys'][number];

/**
 * How segment exports behave (contracts: braze 4.3 to 4.6 and 13).
 *
 * | setting | effect |
 * |---|---|
 * | `rowsPerFile`, `fileDelayMs` | size of a file; pause before each file is written |
 * | `emptySegment` | a segment without members writes nothing, or one file without rows |
 * | `failSilently` | nothing is written and nobody is called |
 * | `straddleMidnight` | completed on the day after the request, so the date folder is tomorrow's |
 * | `dashboardCsv` | a CSV export from the dashboard lands in the same tree first |
 * | `alwaysZip` | zip is written whatever `output_format` asked for |
 * | `zipMembers` | a zip holds its rows in that many entries |
 * | `lateFile` | file `index` appears only `ms` after all others; the callback still comes last |
 * | `truncatedFile` | file `index` holds only the first half of its bytes |
 * | `duplicateRow` | the first `count` rows come a second time at the end |
 * | `malformedRow` | these lines stand after the first row, as they are |
 * | `deleteAfterMs` | the files are deleted that long after the export was done |
 */
export type ExportSettings = BrazeSettings['exports'];

/** The settings now in force. A wrong setting throws a `ZodError` and changes nothing. */
export class SettingsInForce {
  value: BrazeSettings;
  blockedAttributes: ReadonlySet<string> = new Set();
  disallowedExternalIds: ReadonlySet<string> = new Set();
  readonly #initial: BrazeSettings;

  constructor(initial: BrazeSettingsPatch = {}) {
    this.#initial = settingsSchema.parse(initial);
    this.value = this.#put(this.#initial);
  }

  change(patch: BrazeSettingsPatch): BrazeSettings {
    return this.#put(settingsSchema.parse(merge(this.value as unknown as JsonObject, patch as JsonObject)));
  }

  reset(): void {
    this.#put(this.#initial);
  }

  #put(settings: BrazeSettings): BrazeSettings {
    this.value = settings;
    this.blockedAttributes = new Set(settings.blockedAttributes);
    this.disallowedExternalIds = new Set(settings.disallowedExternalIds);
    return settings;
  }
}

function merge(current: JsonObject, patch: JsonObject): JsonObject {
  const merged = new Map<string, Json>(Object.entries(current));
  for (const [key, value] of Object.entries(patch)) {
    const old = merged.get(key);
    if (value !== undefined) merged.set(key, isObject(old) && isObject(value) ? merge(old, value) : value);
  }
  return Object.fromEntries(merged);
}
