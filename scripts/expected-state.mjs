/**
 * What Braze and BlueConic must hold after the example goals, computed from the sandbox's invented customers by the
 * tables below and nothing of the product; and the comparison with what they do hold, customer by customer, value by
 * value. Whatever the tables do not name must be as it was before the runs.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { person } from '../src/sandbox/people.ts';

const list = (value) => (value === undefined ? undefined : [String(value)]);
const time = (text) => (text === undefined ? undefined : new Date(text));

/** BlueConic property -> its values after the import, from a customer of Braze; undefined: as it was. */
export const imported = {
  braze_external_id: (person) => list(person.externalId),
  braze_email: (person) => list(person.email),
  braze_subscription: (person) => list(person.emailSubscribe),
  braze_tier: (person) => list(person.tier),
  braze_points: (person) => list(person.points),
  braze_interests: (person) => (person.interests.length > 0 ? person.interests : undefined),
  braze_last_order_at: (person) => list(time(person.lastOrderAt)?.getTime()),
  braze_lifetime_value: (person) => list(person.lifetimeValue),
  braze_newsletter: (person) => list(person.newsletter),
};

/** The same for what only a profile gets that the import created. */
export const importedIntoNew = {
  customer_id: (person) => list(person.externalId),
  firstname: (person) => list(person.firstName),
};

/** Braze custom attribute -> its value after the export, from a customer whom BlueConic knew before the import. */
export const exported = {
  bc_loyalty_tier: (person) => person.tier,
  bc_loyalty_points: (person) => person.points,
  bc_interests: (person) => (person.interests.length > 0 ? person.interests : undefined),
  bc_birthday: (person) => time(person.birthday),
  bc_last_order_at: (person) => time(person.lastOrderAt),
  bc_lifetime_value: (person) => person.lifetimeValue,
  bc_newsletter: (person) => person.newsletter,
  bc_preferred_store: (person) => person.store,
};

/** The same for what everybody gets, also those whom BlueConic knows from the import alone. */
export const exportedOfEverybody = {
  bc_permission_level: () => 'PERSONAL',
  bc_source: () => 'BlueConic',
};

/** Applied changes may show a moment after they were accepted. */
const defaultPatienceMs = 15_000;
const shownDifferences = 10;

async function collect(records, keyOf, valuesOf) {
  const customers = new Map();
  for await (const record of records) customers.set(keyOf(record), valuesOf(record));
  return customers;
}

const brazeUsers = (sandbox) =>
  collect(
    sandbox.records('/braze/users'),
    (user) => user.external_id ?? `nobody (${user.braze_id})`,
    ({ custom_attributes, ...standard }) => ({ ...standard, ...custom_attributes }),
  );

const blueConicProfiles = (sandbox) =>
  collect(
    sandbox.records('/blueconic/profiles'),
    ({ profileId, properties }) =>
      properties.customer_id?.[0] ?? properties.braze_external_id?.[0] ?? `nobody (${profileId})`,
    ({ properties }) => properties,
  );

/** The values that a table gives to one customer. */
export function applied(table, person) {
  const values = Object.entries(table).map(([name, derive]) => [name, derive(person)]);
  return Object.fromEntries(values.filter(([, value]) => value !== undefined));
}

function expectedProfiles(before, people) {
  const profiles = new Map(before);
  for (const person of people) {
    const known = before.get(person.externalId);
    profiles.set(person.externalId, {
      ...(known ?? applied(importedIntoNew, person)),
      ...applied(imported, person),
    });
  }
  return profiles;
}

function expectedUsers(before, people, inBlueConic) {
  const users = new Map(before);
  for (const person of people) {
    users.set(person.externalId, {
      ...before.get(person.externalId),
      ...applied(exportedOfEverybody, person),
      ...(inBlueConic.has(person.externalId) && applied(exported, person)),
    });
  }
  return users;
}

/** Lists count as sets: neither side promises an order. A time is a moment, however it is written. */
function same(actual, expected) {
  if (expected instanceof Date) return Date.parse(actual) === expected.getTime();
  return canonical(actual) === canonical(expected);
}

function canonical(value) {
  return JSON.stringify(Array.isArray(value) ? value.map((item) => JSON.stringify(item)).sort() : value);
}

function* differencesOf(system, actual, expected) {
  for (const [customer, values] of expected) {
    const held = actual.get(customer);
    if (!held) {
      yield `${system} lacks ${customer}`;
      continue;
    }
    for (const name of new Set([...Object.keys(values), ...Object.keys(held)])) {
      if (same(held[name], values[name])) continue;
      yield `${system}, ${customer}: ${name} is ${shown(held[name])}, should be ${shown(values[name])}`;
    }
  }
  for (const customer of actual.keys()) {
    if (!expected.has(customer)) yield `${system} holds ${customer}, who should not be there`;
  }
}

const shown = (value) => (value === undefined ? 'absent' : JSON.stringify(value));

/**
 * Remembers both sides as they are before the goals run.
 * @param customers `{ people, seed }`, as the sandbox was started with.
 * @param patienceMs how long differences may stay.
 * @returns a function to call after the runs; it answers how many customers were compared, and the first differences.
 */
export async function rememberState(sandbox, { people, seed }, patienceMs = defaultPatienceMs) {
  const usersBefore = await brazeUsers(sandbox);
  const profilesBefore = await blueConicProfiles(sandbox);
  return async function compare() {
    const customers = Array.from({ length: people }, (_, index) => person(seed, index));
    const users = expectedUsers(usersBefore, customers, profilesBefore);
    const profiles = expectedProfiles(profilesBefore, customers);
    const deadline = Date.now() + patienceMs;
    for (;;) {
      const differences = [
        ...first(differencesOf('Braze', await brazeUsers(sandbox), users)),
        ...first(differencesOf('BlueConic', await blueConicProfiles(sandbox), profiles)),
      ];
      if (differences.length === 0 || Date.now() > deadline) {
        return { compared: users.size + profiles.size, differences };
      }
      await sleep(500);
    }
  };
}

/** The first few, and how many there are beyond them. */
function first(differences) {
  const all = [...differences];
  const more = all.length - shownDifferences;
  return more > 0 ? [...all.slice(0, shownDifferences), `and ${more} more`] : all;
}
