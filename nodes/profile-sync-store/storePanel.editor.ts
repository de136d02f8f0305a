import { download, get, post } from '../editor/adminApi';
import { element } from '../editor/dialogForm';
import { create, icon } from '../editor/elements';
import { type StoreDescription, storeDetails, storeSummary } from './storeContent.editor';

/**
 * The part of the dialog that looks into the deployed store and mends it. What stands in the form above does not matter
 * to it: a store that was not deployed yet has nothing to look into.
 */
export function attachStorePanel(node: EditorNode): void {
  new StorePanel(node).attach();
}

class StorePanel {
  readonly #node: EditorNode;
  readonly #content = element('profile-sync-store-content');
  readonly #details = element('profile-sync-store-details');
  readonly #result = element('profile-sync-store-result');
  readonly #owner = element<HTMLSelectElement>('profile-sync-store-owner');
  readonly #field = element<HTMLInputElement>('profile-sync-store-field');
  readonly #value = element<HTMLInputElement>('profile-sync-store-value');

  constructor(node: EditorNode) {
    this.#node = node;
  }

  attach(): void {
    const on = (id: string, work: () => void) =>
      element(`profile-sync-store-${id}`).addEventListener('click', work);
    on('inspect', () => void this.#look(true));
    on('export', () => void this.#try(() => this.#export()));
    on('compact', () => void this.#try(() => this.#compact()));
    on('reset', () => this.#reset());
    on('forget', () => this.#forget());
    on('aside', () =>
      this.#confirm(this.#text('confirm.aside'), this.#text('button.aside'), async () => {
        const { name } = await this.#post<{ name: string }>('set-aside');
        return this.#text('done.aside', { name });
      }),
    );
    void this.#look(false);
  }

  async #look(inDetail: boolean): Promise<void> {
    this.#content.replaceChildren(note('fa-circle-o-notch fa-spin', this.#text('state.looking')));
    try {
      this.#show(await get<StoreDescription>(this.#path(), this.#words), inDetail);
    } catch (failure) {
      this.#parts({ actions: false, damaged: false });
      this.#content.replaceChildren(note('fa-info-circle', messageOf(failure)));
    }
  }

  #show(store: StoreDescription, inDetail: boolean): void {
    this.#parts({ actions: store.opens, damaged: !store.opens && store.error.code === 'STORE_DAMAGED' });
    if (!store.opens) {
      this.#content.replaceChildren(note('fa-times', store.error.message, 'bad'));
      return;
    }
    const warning =
      store.warning === undefined ? [] : [note('fa-exclamation-triangle', store.warning, 'unknown')];
    this.#content.replaceChildren(...warning, storeSummary(store, this.#words));
    this.#details.replaceChildren(...(inDetail ? [storeDetails(store.content, this.#words)] : []));
    const owners = store.content.owners.map(({ kind, id, name }) =>
      create('option', {
        value: JSON.stringify({ kind, id }),
        text: `${this.#text(`owner.${kind}`)}: ${name ?? id}`,
      }),
    );
    this.#owner.replaceChildren(create('option', { value: '', text: this.#text('owner.choose') }), ...owners);
  }

  async #export(): Promise<string> {
    await download(this.#path('/export'), 'profile-sync-state.ndjson', this.#words);
    return this.#text('done.export');
  }

  async #compact(): Promise<string> {
    const { before, after } = await this.#post<{ before: number; after: number }>('compact');
    const kilobytes = (bytes: number) => Math.ceil(bytes / 1024).toLocaleString();
    return this.#text('done.compact', { before: kilobytes(before), after: kilobytes(after) });
  }

  #reset(): void {
    if (this.#owner.value === '') {
      this.#say('fa-info-circle', this.#text('state.chooseFirst'));
      return;
    }
    const chosen = JSON.parse(this.#owner.value) as { kind: string; id: string };
    const name = this.#owner.selectedOptions[0]?.textContent ?? '';
    this.#confirm(this.#text('confirm.reset', { name }), this.#text('button.reset'), async () => {
      const { deleted } = await this.#post<{ deleted: number }>('reset', chosen);
      return this.#text('done.reset', { deleted });
    });
  }

  #forget(): void {
    const field = this.#field.value.trim();
    const value = this.#value.value.trim();
    if (field === '' || value === '') {
      this.#say('fa-info-circle', this.#text('state.typeFirst'));
      return;
    }
    this.#confirm(this.#text('confirm.forget'), this.#text('button.forget'), async () => {
      const { deleted } = await this.#post<{ deleted: number }>('forget', { identifier: [{ field, value }] });
      this.#value.value = '';
      return this.#text('done.forget', { deleted });
    });
  }

  /** Asks before anything that cannot be undone, in the place where the answer will stand. */
  #confirm(question: string, yes: string, work: () => Promise<string>): void {
    const go = create('button', { type: 'button', class: 'red-ui-button primary', text: yes });
    const leave = create('button', {
      type: 'button',
      class: 'red-ui-button',
      text: this.#text('button.cancel'),
    });
    go.addEventListener('click', () => void this.#try(work));
    leave.addEventListener('click', () => this.#result.replaceChildren());
    this.#result.replaceChildren(
      note('fa-question', question, 'unknown'),
      create('div', { class: 'profile-sync-store-buttons' }, go, leave),
    );
    leave.focus();
  }

  async #try(work: () => Promise<string>): Promise<void> {
    this.#say('fa-circle-o-notch fa-spin', this.#text('state.working'));
    try {
      const done = await work();
      await this.#look(this.#details.childElementCount > 0);
      this.#say('fa-check', done, 'good');
    } catch (failure) {
      this.#say('fa-times', messageOf(failure), 'bad');
    }
  }

  #say(symbol: string, text: string, outcome = 'busy'): void {
    this.#result.replaceChildren(note(symbol, text, outcome));
  }

  #parts(visible: { actions: boolean; damaged: boolean }): void {
    element('profile-sync-store-actions').hidden = !visible.actions;
    element('profile-sync-store-damaged').hidden = !visible.damaged;
  }

  #path(rest = ''): string {
    return `store/${encodeURIComponent(this.#node.id)}${rest}`;
  }

  #post<Answer>(path: string, body: object = {}): Promise<Answer> {
    return post<Answer>(this.#path(`/${path}`), body, this.#words);
  }

  #text(key: string, values?: TextValues): string {
    return this.#node._(`profile-sync-store.${key}`, values);
  }

  readonly #words = (key: string, values?: TextValues): string => this.#node._(key, values);
}

function note(symbol: string, text: string, outcome = 'busy'): HTMLElement {
  const classes = `profile-sync-finding profile-sync-finding-${outcome}`;
  return create('div', { class: classes }, icon(symbol), create('div', { text }));
}

function messageOf(failure: unknown): string {
  return failure instanceof Error ? failure.message : String(failure);
}
