import { create, icon } from '../editor/elements';
import { directionIcons, stateIcons } from './cardStates.editor';
import type { Card } from './cards.editor';
import { ProgressElement } from './progressElement.editor';
import type { Wording } from './wording.editor';

/** What a person may do with a card; `card` is what it shows when it is done. */
export interface CardActions {
  reveal(card: Card): void;
  toggle(card: Card): void;
  run(card: Card, dryRun: boolean): void;
  stop(card: Card): void;
}

const key = (name: string) => `profile-sync-sidebar.${name}`;

/** One card on the page. It is changed in place, so that nothing is lost of focus and hover once a second. */
export class CardElement {
  readonly element: HTMLElement;
  readonly #wording: Wording;
  readonly #icon = icon('');
  readonly #name = create('button', { type: 'button', class: 'profile-sync-card-name' });
  readonly #direction = icon('');
  readonly #state = create('span');
  readonly #toggle = create('button', { type: 'button', role: 'switch', class: 'profile-sync-switch' });
  readonly #run: HTMLButtonElement;
  readonly #dryRun: HTMLButtonElement;
  readonly #stop: HTMLButtonElement;
  readonly #progress = create('div', { class: 'profile-sync-card-progress' });
  readonly #lines = new Map<string, ProgressElement>();
  #card: Card;

  constructor(card: Card, wording: Wording, actions: CardActions) {
    this.#card = card;
    this.#wording = wording;
    this.#run = this.#button('fa-play', 'run', () => actions.run(this.#card, false));
    this.#dryRun = this.#button('fa-flask', 'dryRun', () => actions.run(this.#card, true));
    this.#stop = this.#button('fa-stop', 'stop', () => actions.stop(this.#card));
    this.#name.addEventListener('click', () => actions.reveal(this.#card));
    this.#toggle.addEventListener('click', () => actions.toggle(this.#card));
    const isRun = card.kind === 'run';
    this.element = create(
      'li',
      { class: 'profile-sync-card' },
      create(
        'div',
        { class: 'profile-sync-card-head' },
        this.#icon,
        create('h4', {}, this.#name),
        ...(card.kind === 'connection' ? [this.#toggle] : []),
      ),
      create('p', { class: 'profile-sync-card-state' }, this.#direction, ' ', this.#state),
      this.#progress,
      create(
        'div',
        { class: 'profile-sync-card-buttons' },
        ...(isRun ? [this.#stop] : [this.#run, this.#dryRun, this.#stop]),
      ),
    );
    this.update(card);
  }

  update(card: Card): void {
    this.#card = card;
    const { text } = this.#wording;
    const name = card.name || text(key('unnamed'));
    this.element.dataset.state = card.state;
    this.#icon.className = `fa ${stateIcons[card.state]}`;
    this.#direction.className = `fa ${directionIcons[card.direction]}`;
    setText(this.#name, name);
    this.#name.title = text(key('action.reveal'), { name });
    setText(this.#state, this.#stateText(card));
    if (card.on !== undefined) {
      this.#toggle.setAttribute('aria-checked', String(card.on));
      this.#toggle.setAttribute('aria-label', text(key('action.toggle'), { name }));
      setText(this.#toggle, text(key(card.on ? 'switch.on' : 'switch.off')));
    }
    for (const [button, action, possible] of [
      [this.#run, 'run', card.can.run],
      [this.#dryRun, 'dryRun', card.can.run],
      [this.#stop, 'stop', card.can.stop],
    ] as const) {
      button.disabled = !possible;
      button.setAttribute('aria-label', `${text(key(`action.${action}`))}: ${name}`);
    }
    this.#showProgress(card);
  }

  #showProgress({ live }: Card): void {
    for (const [run, line] of this.#lines) {
      if (live.some((one) => one.run === run)) continue;
      line.element.remove();
      this.#lines.delete(run);
    }
    for (const run of live) {
      const there = this.#lines.get(run.run);
      if (there) there.update(run);
      else {
        const line = new ProgressElement(run, this.#wording);
        this.#lines.set(run.run, line);
        this.#progress.append(line.element);
      }
    }
  }

  #stateText({ direction, state, kind, on, waiting, place, lastRun }: Card): string {
    const { text, moment } = this.#wording;
    const parts = direction === 'other' ? [] : [text(key(`direction.${direction}`))];
    parts.push(text(key(`state.${kind === 'connection' && on === false ? 'off' : state}`)));
    if (place) parts.push(text(key('place'), { number: place.number, of: place.of }));
    if (waiting) parts.push(text(key('waiting')));
    const isOver = state === 'succeeded' || state === 'failed' || state === 'stopped';
    if (lastRun && (isOver || state === 'off')) parts.push(moment(lastRun.endedAt));
    return parts.join(' · ');
  }

  #button(iconName: string, action: string, press: () => void): HTMLButtonElement {
    const button = create(
      'button',
      { type: 'button', class: 'red-ui-button red-ui-button-small' },
      icon(iconName),
      ' ',
      this.#wording.text(key(`action.${action}`)),
    );
    button.addEventListener('click', press);
    return button;
  }
}

function setText(element: HTMLElement, text: string): void {
  if (element.textContent !== text) element.textContent = text;
}
