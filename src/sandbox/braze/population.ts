import { isMember, type Population, type Segment } from './segments';
import { type BrazeUserRecord, recordOf } from './userRecord';
import type { BrazeUser, UserDirectory } from './users';

/** The profiles of the directory as members of segments. Who is looked at is settled when `members` is called. */
export class ProfilePopulation implements Population {
  readonly #users: UserDirectory;

  constructor(users: UserDirectory) {
    this.#users = users;
  }

  members(segment: Segment): Iterable<BrazeUserRecord> {
    return membersAmong(this.#users.all(), segment);
  }

  size(segment: Segment): number {
    let size = 0;
    for (const _ of this.members(segment)) size++;
    return size;
  }
}

function* membersAmong(users: readonly BrazeUser[], segment: Segment): Generator<BrazeUserRecord> {
  for (const user of users) {
    const record = recordOf(user);
    if (isMember(segment, record)) yield record;
  }
}
