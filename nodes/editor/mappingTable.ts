import { brazeTarget } from './brazeTargets';
import type { Choice } from './choices';
import { create, icon } from './elements';
import { brazeTargetText, type MapperChoices } from './mapperChoices';
import { chosen, fieldInput, select, sourceCell, tellProblems, textInput } from './mappingCells';
import { blankRow, type Direction, isBlankPair, type MappingRow, rowContains } from './mappingDocument';
import {
  SHAPES,
  STRATEGIES,
  shapePossible,
  strategyPossible,
  TYPES,
  withInside,
  withShape,
  withSource,
  withStrategy,
  withTraits,
  withType,
} from './mappingRowRules';
import { makesAttribute, type RowFacts, rowNotes } from './rowNotes';
import { listRows, prepareListItem } from './tableList';

export interface MappingTableOptions {
  node: EditorNode;
  /** The `<ol>` of the form. */
  list: JQuery;
  rows: readonly MappingRow[];
  direction: () => Direction;
  choices: () => MapperChoices;
  facts: (row: MappingRow) => RowFacts;
  changed: () => void;
}

/** One line of the table while it is edited. */
interface Line {
  row: MappingRow;
  /** False once somebody chose type or shape by hand: then picking a field changes them no more. */
  open: boolean;
  tell: (problems: readonly string[]) => void;
}

/** The rows of the mapping as an editable list. Holds copies: nothing reaches the node before `rows()` is saved. */
export class MappingTable {
  private filter = '';
  /** True while many rows change at once: the change is told once, by whoever asked for it. */
  private quiet = false;

  constructor(private readonly options: MappingTableOptions) {
    options.list.editableList<Partial<Line>>({
      addItem: (container, _index, line) => this.addLine(container, line),
      addButton: options.node._('profile-field-mapper.button.addRow'),
      removable: true,
      removeItem: () => {
        if (!this.quiet) options.changed();
      },
      sortable: true,
      sortItems: () => options.changed(),
      height: 'auto',
      scrollOnAdd: false,
      ariaLabel: options.node._('profile-field-mapper.label.rows'),
    });
    this.add(options.rows);
  }

  rows(): MappingRow[] {
    return this.lines().map((line) => line.row);
  }

  /** Adds rows at the end. Returns what takes away those of them that are still there, and says how many were. */
  add(rows: readonly MappingRow[]): () => number {
    const added = rows.map((row) => ({ row, open: false }));
    for (const line of added) this.options.list.editableList('addItem', line);
    return () => {
      const there = this.lines().filter((line) => added.some((one) => one === line));
      this.quiet = true;
      for (const line of there) this.options.list.editableList('removeItem', line);
      this.quiet = false;
      return there.length;
    };
  }

  /** Holds other rows from now on. */
  replace(rows: readonly MappingRow[]): void {
    this.options.list.editableList('empty');
    this.add(rows);
    this.search(this.filter);
  }

  /** Shows each row's problems below it, in the order of `rows()`. */
  tell(problems: readonly (readonly string[])[]): void {
    for (const [at, line] of this.lines().entries()) line.tell(problems[at] ?? []);
  }

  /** Shows only rows that contain a text; the others stay part of the mapping. Returns how many are shown. */
  search(typed: string): number {
    this.filter = typed;
    if (typed.trim() === '') {
      this.options.list.editableList('filter', null);
      return this.rows().length;
    }
    // A line that was just added must be seen, or nobody could fill it in.
    const shows = ({ row }: Line) => isBlankPair(row) || rowContains(row, typed);
    return this.options.list.editableList('filter', shows);
  }

  /** After a change of direction: other words, other choices, the same rows. */
  redraw(): void {
    const lines = this.lines();
    this.options.list.editableList('empty');
    for (const { row, open } of lines) this.options.list.editableList('addItem', { row, open });
    this.search(this.filter);
  }

  private lines(): Line[] {
    return listRows<Line>(this.options.list);
  }

  private addLine(container: JQuery, line: Partial<Line>): void {
    const fresh = line.row === undefined;
    const made: Line = Object.assign(line, {
      row: line.row ?? blankRow(),
      open: line.open ?? true,
      tell: () => {},
    });
    new LineEditor(this.options, container, made).draw();
    prepareListItem(this.options.node, container, this.options.changed);
    if (fresh) container.find<HTMLInputElement>('input:visible').first().trigger('focus');
  }
}

/** The inputs of one line. */
class LineEditor {
  private readonly type;
  private readonly shape;
  private readonly strategy;
  private readonly inside: HTMLInputElement;
  private readonly insideButton: HTMLButtonElement;
  /** Says that the target does not exist yet. */
  private readonly fresh: HTMLElement;
  private readonly notes = create('div', { class: 'profile-sync-map-notes' });

  constructor(
    private readonly options: MappingTableOptions,
    private readonly container: JQuery,
    private readonly line: Line,
  ) {
    const text = (key: string) => options.node._(`profile-field-mapper.${key}`);
    this.type = select(
      text('row.type'),
      TYPES.map((name) => [name, text(`type.${name}`)] as const),
    );
    this.shape = select(
      text('row.as'),
      SHAPES.map((name) => [name, text(`as.${name}`)] as const),
    );
    this.strategy = select(
      text('row.strategy'),
      STRATEGIES.map((name) => [name, text(`strategy.${name}`)] as const),
    );
    this.inside = textInput(text('row.inside'));
    this.inside.classList.add('profile-sync-map-inside');
    this.insideButton = create(
      'button',
      { type: 'button', class: 'red-ui-button red-ui-button-small', title: text('button.inside') },
      icon('fa-level-down'),
    );
    this.insideButton.setAttribute('aria-label', text('button.inside'));
    this.fresh = create('span', {
      class: 'profile-sync-map-tag',
      title: text('note.newAttribute'),
      text: text('note.new'),
    });
    this.listen();
  }

  draw(): void {
    const { node, direction, choices } = this.options;
    const side = direction() === 'import' ? 'import' : 'export';
    const source = sourceCell({
      node,
      value: this.line.row.source,
      kinds: ['field', 'static', 'jsonata'],
      label: node._(`profile-field-mapper.row.source.${side}`),
      placeholder: node._(`profile-field-mapper.row.source.${side}`),
      source: () => choices().sources(),
      changed: (value, choice) => {
        const row = withSource(this.line.row, direction(), value);
        this.change(this.suggested(row, choice));
      },
    });
    const target = fieldInput({
      node,
      value: this.line.row.target,
      label: node._(`profile-field-mapper.row.target.${side}`),
      placeholder: node._(`profile-field-mapper.row.target.${side}`),
      source: () => choices().targets(),
      changed: (value, choice) => {
        this.change(this.suggested({ ...this.line.row, target: value.trim() }, choice));
      },
    });
    const problem = create('div', { class: 'profile-sync-map-problem' });
    this.line.tell = (problems) => {
      tellProblems(problem, problems);
      this.showNotes();
    };
    const how = create('div', { class: 'profile-sync-map-how' }, this.type, this.shape, this.strategy);
    const fields = create(
      'div',
      { class: 'profile-sync-map-fields' },
      source,
      icon('fa-long-arrow-right'),
      target,
      this.fresh,
      this.inside,
      this.insideButton,
    );
    this.container.append(create('div', { class: 'profile-sync-map-row' }, fields, how, problem, this.notes));
    this.inside.value = this.line.row.inside ?? '';
    this.show();
  }

  private listen(): void {
    const { options, line } = this;
    this.type.addEventListener('change', () => {
      line.open = false;
      this.change(withType(line.row, options.direction(), chosen(TYPES, this.type)));
    });
    this.shape.addEventListener('change', () => {
      line.open = false;
      this.change(withShape(line.row, options.direction(), chosen(SHAPES, this.shape)));
    });
    this.strategy.addEventListener('change', () => {
      this.change(withStrategy(line.row, chosen(STRATEGIES, this.strategy)));
    });
    this.inside.addEventListener('input', () => {
      this.change(withInside(line.row, options.direction(), this.inside.value.trim()));
    });
    this.insideButton.addEventListener('click', () => {
      const opens = line.row.inside === undefined;
      this.change(withInside(line.row, options.direction(), opens ? this.inside.value.trim() : undefined));
      (opens ? this.inside : this.insideButton).focus();
    });
  }

  private suggested(row: MappingRow, choice: Choice | undefined): MappingRow {
    const traits = choice?.traits;
    return traits === undefined || !this.line.open ? row : withTraits(row, this.options.direction(), traits);
  }

  private change(row: MappingRow): void {
    this.line.row = row;
    this.show();
    this.options.changed();
  }

  /** Brings the inputs in line with the row; what a row cannot have is disabled, but what it has stays visible. */
  private show(): void {
    const { row } = this.line;
    const direction = this.options.direction();
    this.type.value = row.type;
    this.shape.value = row.as;
    this.strategy.value = row.strategy;
    for (const option of this.shape.options) {
      option.disabled = !shapePossible(row, direction, chosen(SHAPES, option));
    }
    for (const option of this.strategy.options) {
      option.disabled = !strategyPossible(row, direction, chosen(STRATEGIES, option));
    }
    this.inside.hidden = row.inside === undefined;
    this.insideButton.hidden = direction === 'import' && row.inside === undefined;
    this.insideButton.setAttribute('aria-pressed', String(row.inside !== undefined));
  }

  /** What the target takes, and what else is worth knowing about the row. */
  private showNotes(): void {
    const { node } = this.options;
    const { row } = this.line;
    const facts = this.options.facts(row);
    const direction = this.options.direction();
    const known = direction === 'export' ? brazeTarget(row.target) : undefined;
    const notes = rowNotes(row, direction, facts).map(({ note, name }) =>
      node._(`profile-field-mapper.note.${note}`, { name: name ?? '' }),
    );
    const sentences =
      known === undefined ? notes : [`${row.target}: ${brazeTargetText(node, known)}`, ...notes];
    this.fresh.hidden = !makesAttribute(row, direction, facts);
    this.notes.replaceChildren(
      ...sentences.map((sentence) =>
        create('div', { class: 'profile-sync-map-note-line' }, icon('fa-info-circle'), sentence),
      ),
    );
  }
}
