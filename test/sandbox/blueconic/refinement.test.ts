import assert from 'node:assert/strict';
import fc from 'fast-check';
import { BadRequest } from '../../../src/sandbox/blueconic/apiReply';
import { Profile, ProfileStore } from '../../../src/sandbox/blueconic/profiles';
import { PropertyCatalogue } from '../../../src/sandbox/blueconic/propertyCatalogue';
import { compileRefinement } from '../../../src/sandbox/blueconic/refinement';
import { addStandardProperties } from '../../../src/sandbox/blueconic/standardProperties';
import { standardObjectives } from '../../../src/sandbox/blueconic/tenantContent';

const now = Date.UTC(2026, 5, 1, 12);
const hour = 3_600_000;
const day = 24 * hour;

const catalogue = new PropertyCatalogue();
addStandardProperties(catalogue, now);
const objectives = new Map(standardObjectives.map((objective) => [objective.id, objective]));
const scope = { catalogue, objectives };
const store = new ProfileStore(catalogue);

function profileWith(properties: Record<string, string[]>): Profile {
  const profile = new Profile('p', 'PERSONAL', now - 400 * day, now - 10 * day);
  for (const [id, values] of Object.entries(properties)) store.setValues(profile, id, values, now);
  return profile;
}

function passes(filter: unknown, properties: Record<string, string[]>): boolean {
  return compileRefinement(filter, scope)(profileWith(properties), now);
}

describe('sandbox BlueConic: refinement', () => {
  it('agrees with a plain reading of the operators, nested to any depth', () => {
    type Data = { interests: string[]; loyalty_points: string[]; last_order_at: string[] };
    type Case = { filter: object; naive: (data: Data) => boolean };
    const values = fc.array(fc.constantFrom('golf', 'chess', 'hiking'), { minLength: 1, maxLength: 3 });
    const bound = fc.integer({ min: -5, max: 5 });
    const days = fc.integer({ min: 0, max: 6 });
    const opposite = (operator: string, negative: boolean) => (negative ? `NOT_${operator}` : operator);

    const contains = fc.tuple(values, fc.boolean(), fc.boolean()).map(([wanted, all, negative]): Case => {
      const hit = ({ interests }: Data) =>
        all
          ? wanted.filter((value) => interests.includes(value)).length === wanted.length
          : wanted.filter((value) => interests.includes(value)).length > 0;
      const operator = opposite(all ? 'CONTAINS_ALL' : 'CONTAINS_ANY', negative);
      return {
        filter: { property: 'interests', operator, values: wanted },
        naive: (data) => hit(data) !== negative,
      };
    });
    const empty = fc.boolean().map(
      (negative): Case => ({
        filter: { property: 'loyalty_points', operator: opposite('IS_EMPTY', negative) },
        naive: ({ loyalty_points }) => (loyalty_points.length === 0) !== negative,
      }),
    );
    const range = fc.tuple(bound, bound, fc.boolean()).map(([fromValue, toValue, negative]): Case => {
      const hit = ({ loyalty_points: [points] }: Data) =>
        points !== undefined && Number(points) >= fromValue && Number(points) <= toValue;
      return {
        filter: { property: 'loyalty_points', operator: opposite('IN_RANGE', negative), fromValue, toValue },
        naive: (data) => hit(data) !== negative,
      };
    });
    const relative = fc
      .tuple(days, fc.boolean(), fc.boolean(), fc.boolean())
      .map(([count, next, inDays, negative]): Case => {
        const span = count * (inDays ? day : hour);
        const hit = ({ last_order_at: [time] }: Data) => {
          if (time === undefined) return false;
          const ahead = Number(time) - now;
          return next ? ahead >= 0 && ahead <= span : ahead <= 0 && ahead >= -span;
        };
        const operator = `IN_${next ? 'NEXT' : 'LAST'}_${inDays ? 'DAYS' : 'HOURS'}`;
        return {
          filter: {
            property: 'last_order_at',
            operator: opposite(operator, negative),
            [inDays ? 'daysCount' : 'hoursCount']: count,
          },
          naive: (data) => hit(data) !== negative,
        };
      });
    const { tree } = fc.letrec<{ tree: Case; branch: Case }>((tie) => ({
      tree: fc.oneof({ maxDepth: 4 }, contains, empty, range, relative, tie('branch')),
      branch: fc.tuple(fc.boolean(), fc.array(tie('tree'), { minLength: 1, maxLength: 3 })).map(
        ([and, parts]): Case => ({
          filter: { operator: and ? 'AND' : 'OR', filters: parts.map(({ filter }) => filter) },
          naive: (data) =>
            and ? !parts.some(({ naive }) => !naive(data)) : parts.some(({ naive }) => naive(data)),
        }),
      ),
    }));
    const data = fc.record({
      interests: fc.uniqueArray(fc.constantFrom('golf', 'chess', 'hiking', 'cinema'), { maxLength: 4 }),
      loyalty_points: fc.array(fc.integer({ min: -6, max: 6 }).map(String), { maxLength: 1 }),
      last_order_at: fc.array(
        fc.integer({ min: -150, max: 150 }).map((hours) => String(now + hours * hour)),
        { maxLength: 1 },
      ),
    });
    fc.assert(
      fc.property(tree, data, ({ filter, naive }, person) => {
        assert.equal(passes(filter, person), naive(person));
      }),
      { numRuns: 400 },
    );
  });

  it('reads date ranges as ISO 8601, bounds included, either bound alone', () => {
    const at = (iso: string) => ({ last_order_at: [String(Date.parse(iso))] });
    const filter = {
      property: 'last_order_at',
      operator: 'IN_RANGE',
      fromDate: '2026-01-01T00:00:00.000Z',
      toDate: '2026-01-31T23:59:59Z',
    };
    assert.equal(passes(filter, at('2026-01-01T00:00:00Z')), true);
    assert.equal(passes(filter, at('2026-01-31T23:59:59Z')), true);
    assert.equal(passes(filter, at('2026-02-01T00:00:00Z')), false);
    assert.equal(passes({ ...filter, toDate: undefined }, at('2027-01-01T00:00:00Z')), true);
    assert.equal(passes({ ...filter, fromDate: '2026-01-01' }, at('2026-01-01T00:00:00Z')), true);
    assert.equal(passes({ ...filter, operator: 'NOT_IN_RANGE' }, at('2026-02-01T00:00:00Z')), true);
  });

  it('finds profiles by modification date', () => {
    const filter = { property: 'lastmodifieddate', operator: 'IN_LAST_DAYS', daysCount: 10 };
    assert.equal(passes(filter, {}), true);
    assert.equal(passes({ ...filter, daysCount: 9 }, {}), false);
  });

  it('knows the consent states of an objective', () => {
    const has = (status: string, properties: Record<string, string[]>) =>
      passes({ objective: 'newsletter', operator: 'CONTAINS_ANY', values: [status] }, properties);
    const zone = { privacy_legislation: ['GDPR'] };
    const consented = { ...zone, consented_objectives: ['newsletter'] };
    const refused = { ...zone, refused_objectives: ['newsletter'] };
    const statuses = ['CONSENTED', 'REFUSED', 'UNKNOWN', 'REFUSED_OR_UNKNOWN', 'CONSENTED_OR_UNNEEDED'];
    const held = (properties: Record<string, string[]>) =>
      statuses.filter((status) => has(status, properties));
    assert.deepEqual(held(consented), ['CONSENTED', 'CONSENTED_OR_UNNEEDED']);
    assert.deepEqual(held(refused), ['REFUSED', 'REFUSED_OR_UNKNOWN']);
    assert.deepEqual(held(zone), ['UNKNOWN', 'REFUSED_OR_UNKNOWN']);
    assert.deepEqual(held({}), ['UNKNOWN', 'REFUSED_OR_UNKNOWN', 'CONSENTED_OR_UNNEEDED']);
    const both = { objective: 'newsletter', operator: 'CONTAINS_ALL', values: ['CONSENTED', 'REFUSED'] };
    assert.equal(passes(both, consented), false);
  });

  const wrong: [string, object, RegExp][] = [
    ['an unknown property', { property: 'nope', operator: 'IS_EMPTY' }, /refinement\.property/],
    ['an unknown operator', { property: 'city', operator: 'LIKE' }, /refinement\.operator/],
    ['a value range on text', { property: 'city', operator: 'IN_RANGE', fromValue: 1 }, /numeric/],
    ['a value range on a date', { property: 'birthday', operator: 'IN_RANGE', fromValue: 1 }, /numeric/],
    [
      'a date range on a number',
      { property: 'orders', operator: 'IN_RANGE', fromDate: '2026-01-01' },
      /DATETIME/,
    ],
    ['a bound past 32 bits', { property: 'orders', operator: 'IN_RANGE', fromValue: 3e9 }, /32-bit/],
    ['a broken date', { property: 'birthday', operator: 'IN_RANGE', toDate: 'soon' }, /ISO 8601/],
    ['no values', { property: 'city', operator: 'CONTAINS_ANY', values: [] }, /values/],
    ['no filters', { operator: 'AND', filters: [] }, /filters/],
    ['an unknown objective', { objective: 'x', operator: 'CONTAINS_ANY', values: ['REFUSED'] }, /objective/],
    [
      'a fault deep inside',
      { operator: 'OR', filters: [{ operator: 'AND', filters: [{ property: 'city', operator: '?' }] }] },
      /refinement\.filters\[0\]\.filters\[0\]\.operator/,
    ],
  ];
  for (const [what, filter, message] of wrong) {
    it(`refuses ${what} and says where`, () => {
      assert.throws(
        () => compileRefinement(filter, scope),
        (thrown) => thrown instanceof BadRequest && message.test(thrown.message),
      );
    });
  }
});
