import { create } from '../editor/elements';
import type { Card } from './cards.editor';
import { ChartPanel } from './chartPanel.editor';
import { choice, offer } from './choice.editor';
import { HistoryPanel } from './historyPanel.editor';
import type { Wording } from './wording.editor';

const key = (name: string) => `profile-sync-sidebar.${name}`;

/** What is over: chart and history, of all runs or of those of one connection or goal. */
export class PastPanel {
  readonly element: HTMLElement;
  readonly #wording: Wording;
  readonly #chart: ChartPanel;
  readonly #history: HistoryPanel;
  readonly #of;
  #offered = '';

  constructor(wording: Wording, language: string) {
    this.#wording = wording;
    const { text } = wording;
    this.#chart = new ChartPanel(wording, language);
    this.#history = new HistoryPanel(wording);
    this.#of = choice(text(key('of')), [['', text(key('all'))]], () => this.load());
    this.element = create(
      'div',
      {},
      section('profile-sync-sidebar-chart', text(key('overTime')), this.#of.element, this.#chart.element),
      section('profile-sync-sidebar-history', text(key('history.title')), this.#history.element),
    );
  }

  load(): void {
    void this.#chart.load(this.#of.value);
    void this.#history.load(this.#of.value);
  }

  /** A run is over. */
  refresh(): void {
    void this.#chart.load(this.#of.value);
    void this.#history.refresh();
  }

  /** Offers what is deployed to choose from. */
  offer(cards: readonly Card[]): void {
    const { text } = this.#wording;
    const options = cards
      .filter(({ kind }) => kind !== 'run')
      .map(
        ({ kind, id, name }) => [`${kind}=${encodeURIComponent(id)}`, name || text(key('unnamed'))] as const,
      );
    const offered = JSON.stringify(options);
    if (offered === this.#offered) return;
    this.#offered = offered;
    const before = this.#of.value;
    offer(this.#of.element, [['', text(key('all'))], ...options]);
    if (this.#of.value !== before) this.load();
  }
}

function section(id: string, title: string, ...content: HTMLElement[]): HTMLElement {
  return create('section', { 'aria-labelledby': id }, create('h3', { id }, title), ...content);
}
