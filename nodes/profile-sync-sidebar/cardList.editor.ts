import { create } from '../editor/elements';
import { type CardActions, CardElement } from './cardElement.editor';
import type { Card } from './cards.editor';
import type { Wording } from './wording.editor';

/** All cards. A card that stays keeps its element, and with it the focus. */
export class CardList {
  readonly element: HTMLElement;
  readonly #list = create('ul', { class: 'profile-sync-cards' });
  readonly #note = create('p', { class: 'profile-sync-note' });
  readonly #shown = new Map<string, CardElement>();
  readonly #wording: Wording;
  readonly #actions: CardActions;

  constructor(wording: Wording, actions: CardActions) {
    this.#wording = wording;
    this.#actions = actions;
    this.#note.textContent = wording.text('profile-sync-sidebar.loading');
    this.element = create('div', {}, this.#list, this.#note);
  }

  show(cards: readonly Card[]): void {
    const keys = new Set(cards.map(({ key }) => key));
    for (const [key, shown] of this.#shown) {
      if (keys.has(key)) continue;
      shown.element.remove();
      this.#shown.delete(key);
    }
    for (const [at, card] of cards.entries()) {
      let shown = this.#shown.get(card.key);
      if (shown) shown.update(card);
      else {
        shown = new CardElement(card, this.#wording, this.#actions);
        this.#shown.set(card.key, shown);
      }
      if (this.#list.children[at] !== shown.element)
        this.#list.insertBefore(shown.element, this.#list.children[at] ?? null);
    }
    this.#note.textContent = cards.length > 0 ? '' : this.#wording.text('profile-sync-sidebar.nothing');
  }

  showFailure(message: string): void {
    this.#note.textContent = message;
  }
}
