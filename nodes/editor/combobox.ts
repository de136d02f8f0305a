import type { Choice, ChoiceSource } from './choices';
import { matchingChoices } from './choices';
import { create, icon } from './elements';

type Texts = (key: string, values?: TextValues) => string;

export interface ComboboxOptions {
  source: ChoiceSource;
  text: Texts;
  /** Called after a choice was picked and its value stands in the input; without it, a `change` event is all. */
  picked?: (choice: Choice) => void;
  /** What a picked choice leaves in the input; its value unless told otherwise. */
  shown?: (choice: Choice) => string;
}

/** An account can have thousands of attributes; a list that long is no help and slow to draw. */
const shownAtMost = 200;

const stateIcons = {
  loading: 'fa-circle-o-notch fa-spin',
  empty: 'fa-info-circle',
  failed: 'fa-exclamation-triangle',
} as const;

let combobox = 0;

/**
 * Turns a text input into a combobox: free text is always possible, a list is on offer. The editor's own `autoComplete`
 * is not used, because it has no states for loading, empty and failed, and its Tab key replaces what was typed.
 * Keys: arrow down opens and moves, Enter takes the marked choice, Escape closes the list only.
 */
export function attachCombobox(input: HTMLInputElement, options: ComboboxOptions): void {
  combobox += 1;
  new Combobox(input, options, `profile-sync-list-${combobox}`);
}

class Combobox {
  /** What drops down: the list, and below it what is to be said about it. */
  private list: HTMLElement | undefined;
  private readonly listbox: HTMLElement;
  private readonly remarks = create('div', { role: 'status' });
  private shownChoices: Choice[] = [];
  private marked = -1;
  private opening = 0;
  private readonly reposition = () => this.place();

  constructor(
    private readonly input: HTMLInputElement,
    private readonly options: ComboboxOptions,
    private readonly listId: string,
  ) {
    this.listbox = create('div', { id: listId, role: 'listbox' });
    input.setAttribute('role', 'combobox');
    input.setAttribute('autocomplete', 'off');
    input.setAttribute('aria-autocomplete', 'list');
    input.setAttribute('aria-expanded', 'false');
    input.setAttribute('aria-controls', listId);
    input.classList.add('profile-sync-combobox');
    input.addEventListener('click', () => void this.open('all'));
    input.addEventListener('input', () => void this.open('fitting'));
    input.addEventListener('blur', () => this.close());
    input.addEventListener('keydown', (event) => this.onKey(event));
  }

  private onKey(event: KeyboardEvent): void {
    if (event.key === 'ArrowDown' || event.key === 'ArrowUp') {
      event.preventDefault();
      if (this.list === undefined) void this.open('all');
      else this.mark(this.marked + (event.key === 'ArrowDown' ? 1 : -1));
    } else if (event.key === 'Escape' && this.list !== undefined) {
      event.stopPropagation();
      event.preventDefault();
      this.close();
    } else if (event.key === 'Enter' && !event.ctrlKey && !event.metaKey) {
      const choice = this.shownChoices[this.marked];
      if (this.list === undefined || choice === undefined) return;
      event.preventDefault();
      this.take(choice);
    }
  }

  /** Opens the list or brings it up to date: with what fits the text, or with all there is to look around in. */
  private async open(which: 'all' | 'fitting'): Promise<void> {
    this.opening += 1;
    const opening = this.opening;
    if (this.list === undefined) this.show();
    const offered = this.options.source();
    if (offered instanceof Promise) this.say('loading', this.options.text('shared.list.loading'));
    try {
      const { choices, note } = await offered;
      if (opening !== this.opening || this.list === undefined) return;
      this.offer(choices, which === 'all' ? [...choices] : matchingChoices(choices, this.input.value), note);
    } catch (failure) {
      if (opening !== this.opening || this.list === undefined) return;
      const message = failure instanceof Error ? failure.message : String(failure);
      this.say('failed', message, this.options.text('shared.list.typeInstead'));
    }
  }

  private show(): void {
    const list = create('div', { class: 'profile-sync-choices' }, this.listbox, this.remarks);
    this.listbox.replaceChildren();
    this.remarks.replaceChildren();
    // The input keeps the focus while the list is clicked or scrolled.
    list.addEventListener('mousedown', (event) => event.preventDefault());
    document.body.append(list);
    this.list = list;
    this.input.setAttribute('aria-expanded', 'true');
    window.addEventListener('resize', this.reposition);
    document.addEventListener('scroll', this.reposition, true);
    this.place();
  }

  private place(): void {
    if (this.list === undefined) return;
    const at = this.input.getBoundingClientRect();
    if (!this.input.isConnected || at.width === 0) {
      this.close();
      return;
    }
    const below = window.innerHeight - at.bottom - 8;
    const upwards = below < 160 && at.top > below;
    const width = Math.min(Math.max(at.width, 360), window.innerWidth - 16);
    Object.assign(this.list.style, {
      width: `${width}px`,
      left: `${Math.max(8, Math.min(at.left, window.innerWidth - width - 8))}px`,
      top: upwards ? 'auto' : `${at.bottom + 2}px`,
      bottom: upwards ? `${window.innerHeight - at.top + 2}px` : 'auto',
      maxHeight: `${Math.min(240, upwards ? at.top - 8 : below)}px`,
    });
  }

  private close(): void {
    this.opening += 1;
    this.list?.remove();
    this.list = undefined;
    this.shownChoices = [];
    this.marked = -1;
    this.input.setAttribute('aria-expanded', 'false');
    this.input.removeAttribute('aria-activedescendant');
    window.removeEventListener('resize', this.reposition);
    document.removeEventListener('scroll', this.reposition, true);
  }

  /** Fills the list with a state instead of choices: loading, empty, failed. */
  private say(state: 'loading' | 'empty' | 'failed', ...sentences: string[]): void {
    this.shownChoices = [];
    this.marked = -1;
    const line = create('div', { class: `profile-sync-choices-${state}` });
    line.append(icon(stateIcons[state]), create('span', { text: sentences.join(' ') }));
    this.listbox.replaceChildren();
    this.remarks.replaceChildren(line);
  }

  private offer(choices: readonly Choice[], fitting: Choice[], note: string | undefined): void {
    if (fitting.length === 0) {
      const empty = this.options.text(choices.length === 0 ? 'shared.list.empty' : 'shared.list.noMatch');
      this.say('empty', note ?? empty, this.options.text('shared.list.typeInstead'));
      return;
    }
    this.shownChoices = fitting.slice(0, shownAtMost);
    this.marked = -1;
    this.listbox.replaceChildren(...this.shownChoices.map((choice, index) => this.entry(choice, index)));
    const more = fitting.length - this.shownChoices.length;
    const notes = [note, more > 0 ? this.options.text('shared.list.more', { more }) : undefined];
    this.remarks.replaceChildren(
      ...notes
        .filter((sentence) => sentence !== undefined)
        .map((sentence) => create('div', { class: 'profile-sync-choices-note', text: sentence })),
    );
  }

  private entry(choice: Choice, index: number): HTMLElement {
    const entry = create('div', {
      id: `${this.listId}-${index}`,
      class: 'profile-sync-choice',
      role: 'option',
      'aria-selected': 'false',
    });
    entry.append(create('span', { class: 'profile-sync-choice-label', text: choice.label }));
    if (choice.remark !== undefined) {
      entry.append(create('span', { class: 'profile-sync-choice-remark', text: choice.remark }));
    }
    entry.addEventListener('click', () => this.take(choice));
    return entry;
  }

  private mark(index: number): void {
    const entries = this.list && this.listbox.querySelectorAll<HTMLElement>('.profile-sync-choice');
    if (entries === undefined || entries.length === 0) return;
    this.marked = (index + entries.length) % entries.length;
    entries.forEach((entry, position) => {
      entry.setAttribute('aria-selected', String(position === this.marked));
    });
    const entry = entries[this.marked];
    if (entry === undefined) return;
    entry.scrollIntoView({ block: 'nearest' });
    this.input.setAttribute('aria-activedescendant', entry.id);
  }

  private take(choice: Choice): void {
    this.input.value = this.options.shown?.(choice) ?? choice.value;
    this.close();
    this.options.picked?.(choice);
    $(this.input).trigger('change');
  }
}
