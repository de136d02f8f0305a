import { create, icon } from './elements';
import type { MapperChoices } from './mapperChoices';
import { fieldInput, select, sourceCell } from './mappingCells';
import { blankRow, type Direction, isBlankPair, type MappingRow, rowContains } from './mappingDocument';
import {
  SHAPES,
  STRATEGIES,
  shapePossible,
  strategyPossible,
  TYPES,
  withShape,
  withSource,
  withStrategy,
  withTraits,
  withType,
} from './mappingRowRules';
import { listRows, prepareListItem } from './tableList';

export interface MappingTableOptions {
  node: EditorNode;
  /** The `<ol>` of the form. */
  list: JQuery;
  rows: readonly MappingRow[];
  direction: () => Direction;
  choices: () => MapperChoices;
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

  constructor(private readonly options: MappingTableOptions) {
    options.list.editableList<Partial<Line>>({
      addItem: (container, _index, line) => this.addLine(container, line),
      addButton: options.node._('profile-field-mapper.button.addRow'),
      removable: true,
      removeItem: () => options.changed(),
      sortable: true,
      sortItems: () => options.changed(),
      height: 'auto',
      ariaLabel: options.node._('profile-field-mapper.label.rows'),
    });
    for (const row of options.rows) options.list.editableList('addItem', { row, open: false });
  }

  rows(): MappingRow[] {
    return this.lines().map((line) => line.row);
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
    if (fresh) container.find<HTMLInputElement>('input').first().trigger('focus');
  }
}

/** The inputs of one line. */
class LineEditor {
  private readonly type;
  private readonly shape;
  private readonly strategy;

  constructor(
    private readonly options: MappingTableOptions,
    private readonly container: JQuery,
    private readonly line: Line,
  ) {
    const text = (key: string) => options.node._(key);
    this.type = select(
      text('profile-field-mapper.row.type'),
      TYPES.map((name) => [name, text(`profile-field-mapper.type.${name}`)] as const),
    );
    this.shape = select(
      text('profile-field-mapper.row.as'),
      SHAPES.map((name) => [name, text(`profile-field-mapper.as.${name}`)] as const),
    );
    this.strategy = select(
      text('profile-field-mapper.row.strategy'),
      STRATEGIES.map((name) => [name, text(`profile-field-mapper.strategy.${name}`)] as const),
    );
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
  }

  draw(): void {
    const { node, direction, choices } = this.options;
    const side = direction() === 'import' ? 'import' : 'export';
    const source = sourceCell({
      node,
      value: this.line.row.source,
      label: node._(`profile-field-mapper.row.source.${side}`),
      placeholder: node._(`profile-field-mapper.row.source.${side}`),
      source: () => choices().sources(),
      changed: (value, choice) => {
        const row = withSource(this.line.row, direction(), value);
        this.change(this.suggested(row, choice?.traits));
      },
    });
    const target = fieldInput({
      node,
      value: this.line.row.target,
      label: node._(`profile-field-mapper.row.target.${side}`),
      placeholder: node._(`profile-field-mapper.row.target.${side}`),
      source: () => choices().targets(),
      changed: (value, choice) => {
        this.change(this.suggested({ ...this.line.row, target: value.trim() }, choice?.traits));
      },
    });
    const problem = create('div', { class: 'profile-sync-map-problem' });
    this.line.tell = (problems) => {
      problem.replaceChildren(
        ...(problems.length > 0 ? [icon('fa-exclamation-triangle'), problems.join(' ')] : []),
      );
    };
    const how = create('div', { class: 'profile-sync-map-how' }, this.type, this.shape, this.strategy);
    const fields = create(
      'div',
      { class: 'profile-sync-map-fields' },
      source,
      icon('fa-long-arrow-right'),
      target,
    );
    this.container.append(create('div', { class: 'profile-sync-map-row' }, fields, how, problem));
    this.show();
  }

  private suggested(row: MappingRow, traits: Parameters<typeof withTraits>[2] | undefined): MappingRow {
    return traits === undefined || !this.line.open ? row : withTraits(row, this.options.direction(), traits);
  }

  private change(row: MappingRow): void {
    this.line.row = row;
    this.show();
    this.options.changed();
  }

  /** Brings the selects in line with the row; what a row cannot have is disabled, but what it has stays visible. */
  private show(): void {
    const { row } = this.line;
    const direction = this.options.direction();
    this.type.value = row.type;
    this.shape.value = row.as;
    this.strategy.value = row.strategy;
    for (const option of this.shape.options) {
      option.disabled = !shapePossible(row, direction, chosenText(SHAPES, option.value));
    }
    for (const option of this.strategy.options) {
      option.disabled = !strategyPossible(row, direction, chosenText(STRATEGIES, option.value));
    }
  }
}

function chosen<Name extends string>(names: readonly Name[], from: HTMLSelectElement): Name {
  return chosenText(names, from.value);
}

function chosenText<Name extends string>(names: readonly Name[], text: string): Name {
  const found = names.find((name) => name === text);
  if (found === undefined) throw new Error(`"${text}" is not one of ${names.join(', ')}.`);
  return found;
}
