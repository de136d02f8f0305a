import { type Card, cardsOf } from './cards.editor';
import type { Connection, ConnectionState, LiveRun, LooseGoal } from './sidebarData.editor';

/** Everything the sidebar knows of what is deployed and running; told by answers and by news. */
export class SidebarState {
  #connections = new Map<string, Connection>();
  #goals: LooseGoal[] = [];
  #live: LiveRun[] = [];
  #ended: number | undefined;

  /** An answer about what is deployed. */
  deployed(connections: readonly Connection[], goals: readonly LooseGoal[]): void {
    this.#connections = new Map(connections.map((connection) => [connection.id, connection]));
    this.#goals = [...goals];
  }

  /** News of one connection; empty news: it is gone. True: it is not known yet, so it is time to ask what is deployed. */
  connectionNews(id: string, news: Partial<ConnectionState>): boolean {
    const known = this.#connections.get(id);
    if (news.state === undefined) {
      this.#connections.delete(id);
      return false;
    }
    if (!known) return true;
    const { goal: _before, ...lasting } = known;
    this.#connections.set(id, { ...lasting, ...(news as ConnectionState) });
    return false;
  }

  /** News of all runs that are going on, and how many have ended so far. True: some have since the last news. */
  runNews(live: readonly LiveRun[], ended: number): boolean {
    const more = ended !== this.#ended;
    this.#live = [...live];
    this.#ended = ended;
    return more;
  }

  cards(): Card[] {
    return cardsOf([...this.#connections.values()], this.#goals, this.#live);
  }
}
