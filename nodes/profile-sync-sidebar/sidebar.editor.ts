import { get, post } from '../editor/adminApi';
import { create } from '../editor/elements';
import { CardList } from './cardList.editor';
import type { Card } from './cards.editor';
import { PastPanel } from './pastPanel.editor';
import type { Connection, ConnectionState, LiveRun, LooseGoal } from './sidebarData.editor';
import { SidebarState } from './sidebarState.editor';
import { soon } from './soon.editor';
import type { Wording } from './wording.editor';

const connectionTopic = 'profile-sync/connection/';
const key = (name: string) => `profile-sync-sidebar.${name}`;

/**
 * The tab: what is deployed and how it runs. Everything comes by news of the runtime; it asks only when something was
 * deployed or is over. While the tab is not seen, nothing on the page is changed.
 */
export class Sidebar {
  readonly element: HTMLElement;
  readonly #wording: Wording;
  readonly #state = new SidebarState();
  readonly #cards: CardList;
  readonly #said = create('p', { class: 'profile-sync-said', role: 'status' });
  readonly #askDeployed = soon(300, () => void this.#loadDeployed());
  readonly #past: PastPanel;
  readonly #refreshPast = soon(1_500, () => this.#past.refresh());
  #visible = false;
  /** The past has changed, or was never asked for. */
  #pastIsOld = true;

  constructor(wording: Wording, language: string) {
    this.#wording = wording;
    const { text } = wording;
    this.#cards = new CardList(wording, {
      reveal: ({ id }) => RED.view.reveal(id),
      toggle: (card) =>
        void this.#do(card, `connections/${encodeURIComponent(card.id)}/toggle`, { on: !card.on }),
      run: (card, dryRun) => void this.#run(card, dryRun),
      stop: (card) => void this.#stop(card),
    });
    this.#past = new PastPanel(wording, language);
    this.element = create(
      'div',
      { class: 'profile-sync-sidebar' },
      create(
        'section',
        { 'aria-labelledby': 'profile-sync-sidebar-goals' },
        create('h3', { id: 'profile-sync-sidebar-goals' }, text(key('connections'))),
        this.#cards.element,
        this.#said,
      ),
      this.#past.element,
    );
    new IntersectionObserver((entries) => this.#seen(entries.at(-1)?.isIntersecting === true)).observe(
      this.element,
    );
  }

  /** To be called once. */
  listen(): void {
    RED.comms.subscribe(`${connectionTopic}#`, (topic, data) => {
      const news = (data ?? {}) as Partial<ConnectionState>;
      if (this.#state.connectionNews(topic.slice(connectionTopic.length), news)) this.#askDeployed();
      this.#show();
    });
    RED.comms.subscribe('profile-sync/runs', (_topic, data) => {
      const { live = [], ended = 0 } = (data ?? {}) as { live?: LiveRun[]; ended?: number };
      if (this.#state.runNews(live, ended)) {
        this.#pastIsOld = true;
        this.#askDeployed();
      }
      this.#show();
    });
    RED.comms.subscribe('notification/runtime-deploy', () => this.#askDeployed());
    this.#askDeployed();
  }

  #seen(visible: boolean): void {
    this.#visible = visible;
    this.#show();
  }

  #show(): void {
    if (!this.#visible) return;
    const cards = this.#state.cards();
    this.#cards.show(cards);
    this.#past.offer(cards);
    if (!this.#pastIsOld) return;
    this.#pastIsOld = false;
    this.#refreshPast();
  }

  async #loadDeployed(): Promise<void> {
    const { text } = this.#wording;
    try {
      const [connections, { goals }] = await Promise.all([
        get<Connection[]>('connections', text),
        get<{ goals: LooseGoal[] }>('goals', text),
      ]);
      this.#state.deployed(connections, goals);
      this.#show();
    } catch (thrown) {
      this.#cards.showFailure((thrown as Error).message);
    }
  }

  async #run(card: Card, dryRun: boolean): Promise<void> {
    const kind = card.kind === 'connection' ? 'connections' : 'goals';
    await this.#do(card, `${kind}/${encodeURIComponent(card.id)}/run`, { dryRun });
  }

  async #stop(card: Card): Promise<void> {
    if (card.kind === 'connection') await this.#do(card, `connections/${encodeURIComponent(card.id)}/stop`);
    else for (const { run } of card.live) await this.#do(card, `runs/${encodeURIComponent(run)}/stop`);
  }

  /** Asks the runtime to do something. What comes of it is seen by the news; only a refusal is told. */
  async #do(card: Card, path: string, body: object = {}): Promise<void> {
    const { text } = this.#wording;
    try {
      const { decision } = await post<{ decision?: string }>(path, body, text);
      const isPlain = decision === undefined || decision === 'started';
      this.#say(isPlain ? '' : text(key(`decision.${decision}`), { name: card.name }));
    } catch (thrown) {
      RED.notify((thrown as Error).message, 'error');
    }
  }

  #say(what: string): void {
    this.#said.textContent = what;
  }
}
