import type { SyncError } from '../errors/syncError';
import { everyoneRefused } from './errors';

/** With so many users in a row, each refused alone and without a reason that names it, it is not the users. */
const tooMany = 200;

/** Notices when Braze, or something before it, refuses whatever is sent, so that a run does not take all of it apart. */
export class RefusedInARow {
  readonly #endpoint: string;
  #users = 0;

  constructor(endpoint: string) {
    this.#endpoint = endpoint;
  }

  /** Some request got through. */
  reset(): void {
    this.#users = 0;
  }

  /** One more was refused alone; the error with which the run should end, once they are too many. */
  refused(status: number): SyncError | undefined {
    if (++this.#users < tooMany) return undefined;
    const users = this.#users;
    this.#users = 0;
    return everyoneRefused({ host: new URL(this.#endpoint).host, path: '/users/track' }, users, status);
  }
}
