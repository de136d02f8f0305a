import { create } from '../editor/elements';
import { progressLines } from './progressLines.editor';
import type { LiveRun } from './sidebarData.editor';
import type { Wording } from './wording.editor';

/** A run that is going on: what it does, a bar, and the counts. */
export class ProgressElement {
  readonly element: HTMLElement;
  readonly #wording: Wording;
  readonly #head = create('div', { class: 'profile-sync-progress-head' });
  readonly #bar = create('progress', { max: '1' });
  readonly #pace = create('div', { class: 'profile-sync-progress-pace' });
  readonly #counts = create('div', { class: 'profile-sync-progress-counts' });

  constructor(run: LiveRun, wording: Wording) {
    this.#wording = wording;
    this.element = create(
      'div',
      { class: 'profile-sync-progress' },
      this.#head,
      this.#bar,
      this.#pace,
      this.#counts,
    );
    this.update(run);
  }

  update(run: LiveRun): void {
    const { head, pace, counts, share } = progressLines(run, this.#wording);
    this.#head.textContent = head;
    this.#pace.textContent = pace;
    this.#counts.textContent = counts;
    this.#bar.setAttribute('aria-label', head);
    // Without a value the bar says that something goes on, and not how far it is.
    if (share === undefined) this.#bar.removeAttribute('value');
    else this.#bar.value = share;
  }
}
