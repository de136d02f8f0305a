import { get } from '../editor/adminApi';
import { create, icon } from '../editor/elements';
import { stateIcons } from './cardStates.editor';
import { historyLines } from './historyLines.editor';
import { runDetails } from './runDetails.editor';
import type { EndedRun } from './sidebarData.editor';
import type { Wording } from './wording.editor';

const key = (name: string) => `profile-sync-sidebar.history.${name}`;
/** One page replaces the other: however long the history is, no more than this is on the page of the browser. */
const runsPerPage = 15;

/** Ended runs, page by page, the newest first; each opens into its account. */
export class HistoryPanel {
  readonly element: HTMLElement;
  readonly #wording: Wording;
  readonly #list = create('ul', { class: 'profile-sync-runs' });
  readonly #note = create('p', { class: 'profile-sync-note' });
  readonly #newer: HTMLButtonElement;
  readonly #older: HTMLButtonElement;
  #filter = '';
  /** Where the pages up to the present one begin; the first begins at the newest run. */
  #starts: (string | undefined)[] = [undefined];
  #next: string | undefined;
  #asked = 0;
  #open: string | undefined;

  constructor(wording: Wording) {
    this.#wording = wording;
    this.#newer = this.#button('newer', () => {
      this.#starts.pop();
    });
    this.#older = this.#button('older', () => {
      this.#starts.push(this.#next);
    });
    const pages = create('div', { class: 'profile-sync-pages' }, this.#newer, this.#older);
    this.element = create('div', {}, this.#list, this.#note, pages);
  }

  /** Back to the newest runs. @param filter as in `ChartPanel` */
  async load(filter: string): Promise<void> {
    this.#filter = filter;
    this.#starts = [undefined];
    await this.#loadPage();
  }

  /** A run is over. Who looks at older ones, or into one, is not disturbed. */
  async refresh(): Promise<void> {
    if (this.#starts.length === 1 && this.#open === undefined) await this.#loadPage();
  }

  async #loadPage(): Promise<void> {
    const asked = ++this.#asked;
    const { text } = this.#wording;
    const before = this.#starts.at(-1);
    const query = [`limit=${runsPerPage}`, ...(before ? [`before=${before}`] : []), this.#filter];
    try {
      const path = `history?${query.filter((part) => part !== '').join('&')}`;
      const { runs, next } = await get<{ runs: EndedRun[]; next?: string }>(path, text);
      if (asked !== this.#asked) return;
      this.#next = next;
      this.#open = undefined;
      this.#list.replaceChildren(...runs.map((run) => this.#entry(run)));
      this.#note.textContent = runs.length > 0 ? '' : text(key(next === undefined ? 'none' : 'noneHere'));
    } catch (thrown) {
      if (asked === this.#asked) this.#note.textContent = (thrown as Error).message;
    }
    this.#newer.disabled = this.#starts.length === 1;
    this.#older.disabled = this.#next === undefined;
  }

  #entry(run: EndedRun): HTMLElement {
    const { state, name, rows, facts } = historyLines(run, this.#wording);
    const details = create('div', { id: `profile-sync-run-${run.run}`, hidden: '' });
    const button = create(
      'button',
      { type: 'button', class: 'profile-sync-run', 'aria-expanded': 'false', 'aria-controls': details.id },
      icon(stateIcons[state]),
      create('span', { class: 'profile-sync-run-name' }, name),
      create('span', {}, rows),
      create('span', { class: 'profile-sync-run-facts' }, facts),
    );
    button.addEventListener('click', () => void this.#toggle(run, button, details));
    const entry = create('li', {}, button, details);
    entry.dataset.state = state;
    return entry;
  }

  async #toggle(run: EndedRun, button: HTMLElement, details: HTMLElement): Promise<void> {
    const opens = details.hidden;
    for (const other of this.#list.querySelectorAll<HTMLElement>('[aria-expanded="true"]')) {
      other.setAttribute('aria-expanded', 'false');
      (other.nextElementSibling as HTMLElement).hidden = true;
    }
    this.#open = opens ? run.run : undefined;
    button.setAttribute('aria-expanded', String(opens));
    details.hidden = !opens;
    if (opens) details.replaceChildren(await runDetails(run.run, this.#wording));
  }

  #button(name: 'newer' | 'older', turn: () => void): HTMLButtonElement {
    const label = this.#wording.text(key(name));
    const button = create('button', { type: 'button', class: 'red-ui-button red-ui-button-small' }, label);
    button.disabled = true;
    button.addEventListener('click', () => {
      turn();
      void this.#loadPage();
    });
    return button;
  }
}
