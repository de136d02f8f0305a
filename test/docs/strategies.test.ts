import assert from 'node:assert/strict';
import { createBlueConicClient } from '../../src/blueconic/blueconicClient';
import { ProfilesTarget } from '../../src/blueconic/profilesTarget';
import { createBrazeClient } from '../../src/braze/brazeClient';
import { refusals } from '../../src/braze/refusals';
import { TrackTarget } from '../../src/braze/trackTarget';
import { ChangeDetection } from '../../src/delta/changeDetection';
import { Sums, type SumsOptions } from '../../src/delta/sums';
import { UserGate } from '../../src/delta/userGate';
import { createHttpClient } from '../../src/http/createHttpClient';
import type { HttpClient } from '../../src/http/httpClient';
import { type AskedFields, compileMapping } from '../../src/mapping/compileMapping';
import { conversionFor } from '../../src/mapping/conversions';
import { type FieldType, fieldTypes } from '../../src/mapping/fieldType';
import { type Direction, type MappingRow, migrateMapping } from '../../src/mapping/mapping';
import type { ProfileRecord, ProfileUpdate } from '../../src/mapping/profileUpdate';
import type { DetectionMeans } from '../../src/run/goalRun';
import type { RunSummary } from '../../src/run/runSummary';
import type { SinkTarget } from '../../src/run/sinkTarget';
import { type BlueConicSandbox, startBlueConicSandbox } from '../../src/sandbox/blueconic/blueconicSandbox';
import { type BrazeSandbox, startBrazeSandbox } from '../../src/sandbox/braze/brazeSandbox';
import { FaultRules } from '../../src/sandbox/faults';
import { MemoryStore } from '../../src/store/memoryStore';
import type { StateStore } from '../../src/store/store';
import { identifier, mappingOf } from '../mapping/mappingDocuments';
import { sendThrough } from '../run/pieces';
import { type Combination, type Line, linesOf, page, refusedOnes, tableUnder } from './strategyTables';

/** What stands for A, B and C: values as Braze holds them. Of booleans there are only two. */
const samples: { readonly [type in FieldType]: readonly unknown[] } = {
  text: ['old', 'new', 'more'],
  number: [1.25, 2.5, 3],
  integer: [10, 25, 30],
  decimal: [19.9, 0.3, 1000],
  boolean: [true, false],
  time: ['2026-01-31T10:00:00Z', '2026-02-28T11:30:00.250Z', '1969-07-20T20:17:00Z'],
  date: ['1991-04-30', '2026-01-31', '1961-04-12'],
  email: ['mira@example.org', 'ada@example.org', 'bao@example.org'],
  phone: ['+4915112345678', '+4915112345679', '+12125550100'],
  gender: ['M', 'F', 'O'],
  country: ['DE', 'FR', 'NL'],
  language: ['de', 'fr', 'nl'],
  json: [{ k: 'a', old: 1 }, { k: 'b' }, { k: 'c' }],
};

const propertyTypes = {
  number: 'DECIMAL',
  integer: 'RANGE',
  decimal: 'DECIMAL',
  time: 'DATETIME',
  date: 'DATETIME',
  email: 'EMAIL',
} as const satisfies { readonly [type in FieldType]?: string };

/** The value of the sample with this letter, as BlueConic holds it: always text. */
function blueconicForm(type: FieldType, letter: string): string | undefined {
  const value = samples[type]['ABC'.indexOf(letter)];
  return value === undefined ? undefined : (conversionFor(type, 'import').convert(value) as string);
}

/** The same as Braze holds it: times as ISO 8601 with milliseconds, but in lists as they came. */
function brazeForm(type: FieldType, letter: string, { as, inside }: Pick<Line, 'as' | 'inside'>): unknown {
  const value = samples[type]['ABC'.indexOf(letter)];
  const isTime = type === 'time' || type === 'date';
  return isTime && (as !== 'list' || inside) ? new Date(value as string).toISOString() : value;
}

/** One cell of a table: a profile of its own. */
interface Cell {
  key: string;
  line: Line;
  holdsA: boolean;
  record: ProfileRecord;
  asked: AskedFields;
}

/** Everything that counts as the same source. */
function recordsOf({ direction, type, as, source }: Line): ProfileRecord[] {
  if (source === 'absent') return [{}];
  if (source === 'empty') return [{}, { value: null }, { value: [] }, { value: [null] }];
  const values = source.split(', ').map((letter) => {
    // A json value travels to Braze as an object; BlueConic itself has none, delta files have.
    if (direction === 'import' || type === 'json') return samples[type]['ABC'.indexOf(letter)];
    return blueconicForm(type, letter);
  });
  const present = values.filter((value) => value !== undefined);
  return as === 'list' ? [{ value: present }] : [{ value: present[0] }, { value: present }];
}

function cellsOf(direction: Direction): Cell[] {
  const cells: Cell[] = [];
  for (const line of linesOf(direction)) {
    // An object is no list of one, so that a json value is given once only.
    const records =
      line.as === 'object' ? recordsOf(line).slice(0, line.source === 'empty' ? 2 : 1) : recordsOf(line);
    for (const record of records) {
      for (const holdsA of [false, true]) {
        const key = `cell-${cells.length + 1}`;
        const has = line.source !== 'absent';
        cells.push({ key, line, holdsA, record: { ...record, id: key }, asked: { has: () => has } });
      }
    }
  }
  return cells;
}

/** Each combination has a field of its own, because the first value fixes the type of an attribute. */
function fieldOf({ type, as, inside }: Combination): string {
  return `x_${type}_${as}${inside ? '_inside' : ''}`;
}

function rowOf(combination: Combination): MappingRow {
  const { type, as, strategy, inside } = combination;
  const source = { kind: 'field' as const, path: 'value' };
  const row: MappingRow = { source, target: fieldOf(combination), type, as, strategy };
  return inside ? { ...row, inside: 'at' } : row;
}

/** Beside the row in question one that always has something to say, so that every cell is sent. */
const marker: MappingRow = {
  source: { kind: 'static', value: 'yes' },
  target: 'seen',
  type: 'text',
  as: 'one',
  strategy: 'set',
};

function updateOf(
  { line, record, asked }: Pick<Cell, 'line' | 'record' | 'asked'>,
  key: string,
): ProfileUpdate {
  const mapping = mappingOf(line.direction, [marker, rowOf(line)], {
    identifiers: [[identifier('id', key)]],
    allowCreate: true,
  });
  const result = compileMapping(mapping).map(record, asked);
  assert.ok(result.kind === 'update', JSON.stringify(result));
  assert.deepEqual(result.refused, []);
  return result.update;
}

/** Sends each update as a row of one run. */
async function send<Item>(
  target: SinkTarget<Item>,
  updates: readonly ProfileUpdate[],
  sums?: Pick<SumsOptions, 'store' | 'meaning' | 'firstTotal'>,
  detection?: DetectionMeans,
): Promise<RunSummary> {
  return sendThrough(target, updates.length, {
    batchRows: 200,
    change: ({ ref, changes }) => {
      const update = updates[Number(changes[0]!.values[0]) - 1]!;
      return ref === undefined ? update : { ...update, ref };
    },
    ...(detection && { run: { detection } }),
    ...(sums && {
      run: {
        sums: (name) => new Sums({ ...sums, secret: Buffer.alloc(32, 7), target: name, goalId: 'goal' }),
      },
    }),
  }).ended;
}

const describeCell = ({ line, holdsA, record }: Cell) =>
  `${line.direction} ${line.strategy} ${line.as}${line.inside ? ' inside' : ''} of ${line.type}, source ${line.source} ${JSON.stringify(record.value)}, target ${holdsA ? 'holds A' : 'is empty'}`;

describe('the tables of docs/strategies.md', function () {
  this.timeout(60_000);
  let http: HttpClient;
  let braze: BrazeSandbox;
  let tenant: BlueConicSandbox;

  before(async () => {
    http = createHttpClient();
    braze = await startBrazeSandbox({ faults: new FaultRules() });
    tenant = await startBlueConicSandbox();
  });
  beforeEach(() => {
    braze.reset();
    braze.configure({ apply: { delayMs: 0 } });
    tenant.reset();
  });
  after(async () => {
    await http.close();
    await braze.close();
    await tenant.close();
  });

  const toBraze = () =>
    new TrackTarget(createBrazeClient({ endpoint: braze.url, apiKey: braze.apiKey, http }), {
      objectsPerRequest: 75,
      requestsInFlight: 4,
      workspace: { apiKey: braze.apiKey },
    });
  const toBlueConic = () =>
    new ProfilesTarget(createBlueConicClient({ ...tenant, http }), {
      entriesPerRequest: 500,
      requestsInFlight: 2,
    });

  async function defineProperties(): Promise<void> {
    const client = createBlueConicClient({ ...tenant, http });
    const { signal } = new AbortController();
    await client.createProperty({ id: 'key', name: 'Key', filterType: 'SELECT', indexed: true }, signal);
    const ids = ['seen', ...fieldTypes.flatMap((type) => ['one', 'list'].map((as) => `x_${type}_${as}`))];
    for (const id of ids) {
      const filterType = propertyTypes[id.split('_')[1] as keyof typeof propertyTypes] ?? 'SELECT';
      await client.createProperty({ id, name: id, filterType }, signal);
    }
  }

  const custom = (key: string) =>
    (braze.user(key) as { custom_attributes: Record<string, unknown> }).custom_attributes;

  it('every cell towards BlueConic', async () => {
    await defineProperties();
    const cells = cellsOf('import');
    tenant.addProfiles(
      cells.map(({ key, line, holdsA }) => ({
        properties: { key: [key], ...(holdsA && { [fieldOf(line)]: [blueconicForm(line.type, 'A')!] }) },
      })),
    );
    const { ledger } = await send(
      toBlueConic(),
      cells.map((cell) => updateOf(cell, 'key')),
    );
    assert.equal(ledger.accepted, cells.length);
    for (const cell of cells) {
      const { line, key, holdsA } = cell;
      const expected = holdsA ? line.whenA : line.whenEmpty;
      const letters = expected === 'nothing' ? [] : expected.split(', ');
      const values = letters.map((letter) => blueconicForm(line.type, letter));
      const { properties } = tenant.profile('key', key)!;
      assert.deepEqual(properties.seen, ['yes']);
      const held = properties[fieldOf(line)] ?? [];
      assert.deepEqual(
        held,
        values.filter((value) => value !== undefined),
        describeCell(cell),
      );
    }
  });

  it('every cell towards Braze', async () => {
    const cells = cellsOf('export');
    braze.addUsers(
      cells.map(({ key, line, holdsA }) => {
        const a = samples[line.type][0] as never;
        const value = line.as === 'list' ? [a] : a;
        const marked = line.type === 'time' || line.type === 'date' ? { $time: a } : a;
        const inside = { rest: true, at: line.as === 'list' ? [marked] : marked };
        return {
          external_id: key,
          custom_attributes: {
            before: 'yes',
            ...(line.inside && !holdsA && { [fieldOf(line)]: { rest: true } }),
            ...(holdsA && { [fieldOf(line)]: line.inside ? inside : value }),
          },
        };
      }),
    );
    const { ledger } = await send(
      toBraze(),
      cells.map((cell) => updateOf(cell, 'external_id')),
    );
    await braze.settled();
    assert.equal(ledger.accepted, cells.length);
    assert.deepEqual(ledger.refusedAttributes, {});
    for (const cell of cells) {
      const { line, key, holdsA } = cell;
      const attributes = custom(key);
      assert.deepEqual([attributes.seen, attributes.before], ['yes', 'yes']);
      let held = attributes[fieldOf(line)];
      if (line.inside) {
        const { rest, at } = held as { rest: unknown; at?: unknown };
        assert.equal(rest, true, describeCell(cell));
        held = at;
      }
      assert.deepEqual(held, heldByBraze(line, holdsA ? line.whenA : line.whenEmpty), describeCell(cell));
    }
  });

  function heldByBraze(line: Line, expected: string): unknown {
    if (expected === 'nothing') return undefined;
    if (expected === 'A with B') return Object.assign({}, samples[line.type][0], samples[line.type][1]);
    const values = expected.split(', ').map((letter) => brazeForm(line.type, letter, line));
    return line.as === 'list' ? values.filter((value) => value !== undefined) : values[0];
  }

  it('every cell of "set if empty" towards Braze', async () => {
    for (const [types, read, source, whenEmpty, whenA] of tableUnder('Set if empty, towards Braze')) {
      assert.equal(source, 'B');
      braze.reset();
      braze.configure({ apply: { delayMs: 0 } });
      const cells = fieldTypes
        .filter((type) => types === 'all' || (type === 'boolean') === (types === 'boolean'))
        .flatMap((type) =>
          (type === 'json' ? ['list', 'object'] : ['one', 'list']).map((as) => ({ type, as })),
        )
        .flatMap(({ type, as }) => [false, true].map((holdsA) => ({ type, as: as as Line['as'], holdsA })))
        .map((cell, at) => {
          const line: Line = {
            ...{ direction: 'export', strategy: 'setIfEmpty', inside: false, source: 'B' },
            ...{ type: cell.type, as: cell.as, whenEmpty: whenEmpty!, whenA: whenA! },
          };
          return { key: `if-empty-${at}`, line, holdsA: cell.holdsA };
        });
      braze.addUsers(
        cells.map(({ key, line, holdsA }) => {
          const a = samples[line.type][0] as never;
          const held = { [fieldOf(line)]: line.as === 'list' ? [a] : a };
          return { external_id: key, custom_attributes: { before: 'yes', ...(holdsA && held) } };
        }),
      );
      const detection = detectionIn(new MemoryStore());
      if (read === 'yes') await rememberEverybody(detection);
      await send(
        toBraze(),
        cells.map(({ line, key }) =>
          updateOf(
            { line, record: { ...recordsOf(line)[0], id: key }, asked: { has: () => true } },
            'external_id',
          ),
        ),
        undefined,
        detection,
      );
      await braze.settled();
      for (const { line, key, holdsA } of cells) {
        const attributes = custom(key);
        assert.equal(attributes.seen, 'yes');
        const expected = heldByBraze(line, holdsA ? line.whenA : line.whenEmpty);
        assert.deepEqual(
          attributes[fieldOf(line)],
          expected,
          `${types}, read ${read}: ${fieldOf(line)}, ${holdsA}`,
        );
      }
    }
  });

  function detectionIn(store: StateStore): DetectionMeans {
    const gate = new UserGate();
    return { place: async () => ({ store, secret: Buffer.alloc(32, 7) }), gate: () => gate };
  }

  /** As a segment export of everybody does that is wired straight into the sink. */
  async function rememberEverybody(detection: DetectionMeans): Promise<void> {
    const { store } = await detection.place();
    const { name, changeRules: rules } = toBraze();
    const writes: Promise<void>[] = [];
    const memory = new ChangeDetection(
      {
        ...detection,
        ...{ target: { name, rules: rules! }, settings: { settleMs: 0 }, dryRun: false },
        keep: (kept, durable) => void writes.push(store.commit(kept).then(durable)),
      },
      () => undefined,
    );
    await memory.remember(
      [...braze.users()].map((user) => rules!.held!(user, undefined)!),
      Date.now(),
    );
    await Promise.all(writes);
    memory.close();
  }

  describe('every sum', () => {
    const numbers = { A: 10, B: 25, R: 5 };

    /** What the page says is held: `nothing`, or letters added and subtracted. */
    function said(text: string): number | undefined {
      if (text === 'nothing') return undefined;
      let total = 0;
      let sign = 1;
      for (const word of text.split(' ')) {
        if (word === '-' || word === '+') sign = word === '-' ? -1 : 1;
        else total += sign * numbers[word as keyof typeof numbers];
      }
      return total;
    }

    const types: [Direction, FieldType][] = [
      ['import', 'integer'],
      ['import', 'number'],
      ['import', 'decimal'],
      ['export', 'integer'],
    ];
    for (const [direction, type] of types) {
      const line: Line = {
        ...{ direction, type, strategy: 'sum', as: 'one', inside: false },
        ...{ source: '', whenEmpty: '', whenA: '' },
      };
      const updatesOf = (records: ProfileRecord[]) =>
        records.flatMap((record) =>
          ['-empty', '-a'].map((end) =>
            updateOf(
              { line, record: { ...record, id: `u${end}` }, asked: { has: () => true } },
              direction === 'import' ? 'key' : 'external_id',
            ),
          ),
        );

      it(`${direction} of ${type}`, async () => {
        for (const [tells, whenEmpty, whenA] of tableUnder('Sums')) {
          const store: StateStore = new MemoryStore();
          const total = (firstTotal: SumsOptions['firstTotal']) => ({
            store,
            meaning: 'total' as const,
            firstTotal,
          });
          await reset();
          const to = () => (direction === 'import' ? toBlueConic() : toBraze()) as SinkTarget<unknown>;
          const once = (value: number | null, sums = total('remember')) =>
            send(to(), updatesOf([{ value }]), sums);
          if (tells === 'the amount B')
            await once(numbers.B, { ...total('remember'), meaning: 'amount' as never });
          else if (tells === 'the total B, for the first time') await once(numbers.B);
          else if (tells === 'the total B, for the first time, with "add the first total"') {
            await once(numbers.B, total('add'));
          } else if (tells === 'the total B after R' || tells === 'the total R again') {
            await once(numbers.R);
            await once(tells === 'the total R again' ? numbers.R : numbers.B);
          } else {
            assert.equal(tells, 'empty, absent');
            await send(to(), updatesOf([{ value: null }, {}]), total('remember'));
          }
          await braze.settled();
          assert.deepEqual([held('u-empty'), held('u-a')], [said(whenEmpty!), said(whenA!)], tells);
          await store.close();
        }
      });

      const reset = async () => {
        braze.reset();
        braze.configure({ apply: { delayMs: 0 } });
        tenant.reset();
        const before = { [fieldOf(line)]: numbers.A };
        if (direction === 'export') {
          braze.addUsers([{ external_id: 'u-empty' }, { external_id: 'u-a', custom_attributes: before }]);
          return;
        }
        await defineProperties();
        tenant.addProfiles([
          { properties: { key: ['u-empty'] } },
          { properties: { key: ['u-a'], [fieldOf(line)]: [String(numbers.A)] } },
        ]);
      };
      const held = (key: string): number | undefined => {
        if (direction === 'export') return custom(key)[fieldOf(line)] as number | undefined;
        const [value] = tenant.profile('key', key)!.properties[fieldOf(line)] ?? [];
        return value === undefined ? undefined : Number(value);
      };
    }
  });

  it('hold every combination there is: it either has its cells, or is refused with the reason given', () => {
    const refused = refusedOnes();
    const used = new Set<string>();
    for (const direction of ['import', 'export'] as const) {
      const lines = linesOf(direction);
      for (const type of fieldTypes) {
        for (const strategy of ['set', 'add', 'sum', 'setIfEmpty', 'clear'] as const) {
          for (const as of ['one', 'list', 'object'] as const) {
            for (const inside of direction === 'export' ? [false, true] : [false]) {
              const combination: Combination = { direction, type, strategy, as, inside };
              const name = JSON.stringify(combination);
              const checked = migrateMapping(mappingOf(direction, [marker, rowOf(combination)]));
              const reasons = checked.ok ? [] : checked.reasons;
              const fitting = refused.filter((one) => one.matches(combination));
              for (const { reason } of fitting) used.add(reason);
              assert.equal(fitting.length > 0, !checked.ok, `${name}: ${reasons.join('; ')}`);
              assert.ok(
                reasons.every((said) => fitting.some(({ reason }) => said.includes(reason))),
                `${name}: ${reasons.join('; ')}`,
              );
              const told = lines.some((line) => JSON.stringify(pick(line)) === name);
              // These tables stand for all their types.
              const ownTable = strategy === 'sum' || (strategy === 'setIfEmpty' && direction === 'export');
              assert.equal(told || (checked.ok && ownTable), checked.ok, name);
            }
          }
        }
      }
    }
    assert.equal(used.size, new Set(refused.map(({ reason }) => reason)).size, 'a reason that nothing has');
  });

  it('name every reason for which an attribute is refused', () => {
    const named = tableUnder('Refused before it is sent').map(([reason]) => reason!);
    for (const { reason } of Object.values(refusals)) assert.ok(named.includes(`\`${reason}\``), reason);
    assert.ok(page.includes('`invalid-` and a reserved name'));
  });
});

function pick({ direction, type, strategy, as, inside }: Combination): Combination {
  return { direction, type, strategy, as, inside };
}
