import type { Choice } from '../editor/choices';
import { element } from '../editor/dialogForm';
import { create, icon } from '../editor/elements';
import type { MapperChoices } from '../editor/mapperChoices';
import { chosen, select } from '../editor/mappingCells';
import { type Mapping, type MappingRow, sourceText } from '../editor/mappingDocument';
import { STRATEGIES } from '../editor/mappingRowRules';
import { type Proposal, remainingRows } from './remainingFields.editor';

export interface RemainingPanelOptions {
  node: EditorNode;
  mapping: () => Mapping;
  choices: () => MapperChoices;
  /** Does the source ask for what a path reads? */
  asked: (path: string) => boolean | undefined;
  /** Adds rows to the table. Returns what takes them away again, and says how many were still there. */
  add: (rows: readonly MappingRow[]) => () => number;
}

/** How long somebody pauses who has finished typing. */
const pauseMs = 250;

/** "Add remaining fields": what would be added, how, and the way back. */
export class RemainingPanel {
  private readonly panel = element('profile-sync-remaining');
  private readonly opener = element<HTMLButtonElement>('profile-sync-remaining-open');
  private readonly notice = element('profile-sync-remaining-undo');
  private readonly prefix: HTMLInputElement;
  private readonly strategy: HTMLSelectElement;
  private readonly list = create('div', { class: 'profile-sync-remaining-list' });
  private readonly addButton: HTMLButtonElement;
  private sources: Choice[] = [];
  private targets: Choice[] = [];
  private proposals: Proposal[] = [];
  /** By source: what somebody ticked or unticked, whatever is typed into the prefix afterwards. */
  private readonly ticks = new Map<string, boolean>();
  private timer: ReturnType<typeof setTimeout> | undefined;

  constructor(private readonly options: RemainingPanelOptions) {
    this.strategy = select(
      this.text('row.strategy'),
      STRATEGIES.map((name) => [name, this.text(`strategy.${name}`)] as const),
    );
    this.strategy.id = 'profile-sync-remaining-strategy';
    this.prefix = create('input', { type: 'text', id: 'profile-sync-remaining-prefix', spellcheck: 'false' });
    this.addButton = create('button', {
      type: 'button',
      class: 'red-ui-button',
      text: this.text('remaining.loading'),
    });
    const cancel = create('button', {
      type: 'button',
      class: 'red-ui-button',
      text: this.text('button.cancelRemaining'),
    });
    this.panel.classList.add('profile-sync-remaining');
    this.panel.append(
      create('div', { class: 'profile-sync-map-note', id: 'profile-sync-remaining-hint' }),
      labelled(this.strategy, this.text('remaining.strategy')),
      labelled(this.prefix, this.text('remaining.prefix')),
      this.list,
      create('div', { class: 'profile-sync-buttons' }, this.addButton, cancel),
    );
    this.opener.addEventListener('click', () => void this.toggle());
    cancel.addEventListener('click', () => this.close());
    this.addButton.addEventListener('click', () => this.add());
    this.strategy.addEventListener('change', () => this.propose());
    this.prefix.addEventListener('input', () => {
      clearTimeout(this.timer);
      this.timer = setTimeout(() => this.propose(), pauseMs);
    });
  }

  /** Closes the panel and forgets the way back: after the mapping became another one. */
  reset(): void {
    clearTimeout(this.timer);
    this.notice.hidden = true;
    this.hide();
  }

  private async toggle(): Promise<void> {
    if (!this.panel.hidden) {
      this.close();
      return;
    }
    this.panel.hidden = false;
    this.opener.setAttribute('aria-expanded', 'true');
    const direction = this.options.mapping().direction;
    element('profile-sync-remaining-hint').textContent = this.text(`remaining.hint.${direction}`);
    this.addButton.disabled = true;
    this.addButton.textContent = this.text('remaining.loading');
    this.list.replaceChildren(line('fa-circle-o-notch fa-spin', this.text('remaining.loading')));
    const { sources, targets } = this.options.choices();
    const known = await choicesOf(sources);
    // What would never arrive comes last.
    const never = (choice: Choice) => this.options.asked(choice.value) === false;
    this.sources = [...known.filter((choice) => !never(choice)), ...known.filter(never)];
    this.targets = await choicesOf(targets);
    this.propose();
    this.strategy.focus();
  }

  private propose(): void {
    if (this.panel.hidden) return;
    const strategy = chosen(STRATEGIES, this.strategy);
    this.proposals = remainingRows(this.options.mapping(), this.sources, this.targets, {
      strategy,
      prefix: this.prefix.value.trim(),
    });
    if (this.proposals.length === 0)
      this.list.replaceChildren(line('fa-info-circle', this.text('remaining.none')));
    else this.list.replaceChildren(this.everyTick(), ...this.proposals.map((one) => this.entry(one)));
    this.count();
  }

  private everyTick(): HTMLElement {
    const tick = create('input', { type: 'checkbox' });
    tick.checked = this.proposals.every((one) => this.ticked(one));
    tick.addEventListener('change', () => {
      for (const { row } of this.proposals) this.ticks.set(sourceText(row.source), tick.checked);
      this.propose();
    });
    const head = create('label', { class: 'profile-sync-remaining-all' }, tick, this.text('remaining.all'));
    return head;
  }

  private entry(proposal: Proposal): HTMLElement {
    const { row, known, asChosen } = proposal;
    const tick = create('input', { type: 'checkbox' });
    tick.checked = this.ticked(proposal);
    tick.addEventListener('change', () => {
      this.ticks.set(sourceText(row.source), tick.checked);
      this.count();
    });
    const remarks = [
      this.text(`type.${row.type}`) + (row.as === 'list' ? `, ${this.text('as.list')}` : ''),
      this.text(known ? 'remaining.known' : 'remaining.new'),
    ];
    if (!this.asks(proposal)) remarks.push(this.text('remaining.notAsked'));
    if (!asChosen) remarks.push(this.text('remaining.setInstead'));
    return create(
      'label',
      {},
      tick,
      create('span', { class: 'profile-sync-remaining-source', text: sourceText(row.source) }),
      icon('fa-long-arrow-right'),
      create('span', { class: 'profile-sync-remaining-target', text: row.target }),
      create('span', { class: 'profile-sync-remaining-remark', text: remarks.join(' · ') }),
    );
  }

  /** Rows of fields that would never arrive, or that hold objects, are there to be ticked by hand. */
  private ticked(proposal: Proposal): boolean {
    const chosenBefore = this.ticks.get(sourceText(proposal.row.source));
    return chosenBefore ?? (!proposal.unusual && this.asks(proposal));
  }

  private asks({ row }: Proposal): boolean {
    return this.options.asked(sourceText(row.source)) !== false;
  }

  private count(): void {
    const count = this.proposals.filter((one) => this.ticked(one)).length;
    this.addButton.disabled = count === 0;
    this.addButton.textContent = this.text('remaining.add', { count });
  }

  private add(): void {
    const rows = this.proposals.filter((one) => this.ticked(one)).map(({ row }) => row);
    const takeBack = this.options.add(rows);
    this.ticks.clear();
    this.close();
    const undo = create('button', {
      type: 'button',
      class: 'red-ui-button red-ui-button-small',
      id: 'profile-sync-remaining-take-back',
    });
    undo.append(icon('fa-undo'), ` ${this.text('remaining.undo')}`);
    undo.addEventListener('click', () => {
      this.tell(this.text('remaining.removed', { count: takeBack() }));
      this.opener.focus();
    });
    this.tell(this.text('remaining.added', { count: rows.length }), undo);
    undo.focus();
  }

  private tell(sentence: string, ...more: HTMLElement[]): void {
    this.notice.hidden = false;
    this.notice.replaceChildren(icon('fa-info-circle'), create('span', { text: sentence }), ...more);
  }

  private close(): void {
    this.hide();
    this.opener.focus();
  }

  private hide(): void {
    this.panel.hidden = true;
    this.opener.setAttribute('aria-expanded', 'false');
  }

  private text(key: string, values?: TextValues): string {
    return this.options.node._(`profile-field-mapper.${key}`, values);
  }
}

/** The names of a list that can be had; none where it cannot, as with a system that does not answer. */
async function choicesOf(source: MapperChoices['sources']): Promise<Choice[]> {
  try {
    return (await source()).choices;
  } catch {
    return [];
  }
}

function labelled(input: HTMLElement, label: string): HTMLElement {
  return create('div', { class: 'form-row' }, create('label', { for: input.id, text: label }), input);
}

function line(iconName: string, sentence: string): HTMLElement {
  return create(
    'div',
    { class: 'profile-sync-remaining-note' },
    icon(iconName),
    create('span', { text: sentence }),
  );
}
