import { get } from '../editor/adminApi';
import { create } from '../editor/elements';
import { type ChartContent, chartLegend, chartPicture, chartTable } from './chartElement.editor';
import { chartKinds } from './chartSeries.editor';
import { edgesOf, spanLabels, spans } from './chartSpans.editor';
import { choice } from './choice.editor';
import type { Figures } from './sidebarData.editor';
import type { Wording } from './wording.editor';

const key = (name: string) => `profile-sync-sidebar.chart.${name}`;

/** What runs came to, over time: the choice of what and how far back, the chart, and its numbers as a table. */
export class ChartPanel {
  readonly element: HTMLElement;
  readonly #wording: Wording;
  readonly #language: string;
  readonly #kind;
  readonly #span;
  readonly #content = create('div');
  readonly #table = create('details');
  #filter = '';
  #asked = 0;

  constructor(wording: Wording, language: string) {
    this.#wording = wording;
    this.#language = language;
    const { text } = wording;
    this.#kind = choice(
      text(key('what')),
      chartKinds.map((kind) => [kind, text(key(`kind.${kind}`))] as const),
      () => void this.load(this.#filter),
    );
    this.#span = choice(
      text(key('span')),
      spans.map((span) => [span, text(key(`spans.${span}`))] as const),
      () => void this.load(this.#filter),
    );
    this.#span.value = 'month';
    this.element = create(
      'div',
      {},
      create('div', { class: 'profile-sync-choices-row' }, this.#kind.element, this.#span.element),
      this.#content,
      this.#table,
    );
  }

  /** @param filter which runs: part of a query, `connection=…` or `goal=…`; empty: all */
  async load(filter: string): Promise<void> {
    this.#filter = filter;
    const asked = ++this.#asked;
    const { text } = this.#wording;
    const span = this.#span.value;
    const edges = edgesOf(span, new Date());
    try {
      const query = `figures?edges=${edges.join(',')}${filter === '' ? '' : `&${filter}`}`;
      const answer = await get<{ buckets: Figures[]; incomplete?: true }>(query, text);
      // Asked again meanwhile: a slow answer must not take the place of a newer one.
      if (asked !== this.#asked) return;
      const labels = edges.slice(0, -1).map(spanLabels(span, this.#language));
      this.#show({ kind: this.#kind.value, buckets: answer.buckets, labels }, answer.incomplete === true);
    } catch (thrown) {
      if (asked === this.#asked) this.#say((thrown as Error).message);
    }
  }

  #show(content: ChartContent, incomplete: boolean): void {
    const { text } = this.#wording;
    if (content.buckets.every(({ runs }) => runs === 0)) {
      this.#say(text(key('none')));
      return;
    }
    this.#content.replaceChildren(
      chartPicture(content, this.#wording),
      chartLegend(content, this.#wording),
      ...(incomplete ? [create('p', { class: 'profile-sync-note' }, text(key('incomplete')))] : []),
    );
    this.#table.replaceChildren(
      create('summary', {}, text(key('table'))),
      chartTable(content, this.#wording),
    );
  }

  #say(what: string): void {
    this.#content.replaceChildren(create('p', { class: 'profile-sync-note' }, what));
    this.#table.replaceChildren();
  }
}
