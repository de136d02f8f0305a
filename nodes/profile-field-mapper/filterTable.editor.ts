import type { FilterOperator } from '../../src/mapping/filter';
import { comparisonOf } from '../../src/mapping/filter';
import type { ChoiceSource } from '../editor/choices';
import { create } from '../editor/elements';
import {
  COMPARISONS,
  inputsOf,
  OPERATORS,
  operatorPossible,
  VALUE_TYPES,
  withCompare,
  withConditionSource,
  withOperator,
} from '../editor/filterConditions';
import type { MapperChoices } from '../editor/mapperChoices';
import { chosen, fieldInput, select, sourceCell, tellProblems, textInput } from '../editor/mappingCells';
import { blankCondition, type Direction, type FilterCondition } from '../editor/mappingDocument';
import { listRows, prepareListItem } from '../editor/tableList';

export interface FilterTableOptions {
  node: EditorNode;
  /** The `<ol>` of the form. */
  list: JQuery;
  conditions: readonly FilterCondition[];
  direction: () => Direction;
  choices: () => MapperChoices;
  changed: () => void;
}

interface Line {
  condition: FilterCondition;
  tell: (problems: readonly string[]) => void;
}

/** The conditions of the filter as an editable list; holds copies. */
export class FilterTable {
  constructor(private readonly options: FilterTableOptions) {
    options.list.editableList<Partial<Line>>({
      addItem: (container, _index, line) => this.addLine(container, line),
      addButton: options.node._('profile-field-mapper.button.addCondition'),
      removable: true,
      removeItem: () => options.changed(),
      sortable: true,
      sortItems: () => options.changed(),
      height: 'auto',
      ariaLabel: options.node._('profile-field-mapper.label.filter'),
    });
    this.replace(options.conditions);
  }

  conditions(): FilterCondition[] {
    return listRows<Line>(this.options.list).map((line) => line.condition);
  }

  tell(problems: readonly (readonly string[])[]): void {
    for (const [at, line] of listRows<Line>(this.options.list).entries()) line.tell(problems[at] ?? []);
  }

  /** Holds other conditions from now on. */
  replace(conditions: readonly FilterCondition[]): void {
    this.options.list.editableList('empty');
    for (const condition of conditions) this.options.list.editableList('addItem', { condition });
  }

  /** After a change of direction: other choices, the same conditions. */
  redraw(): void {
    this.replace(this.conditions());
  }

  private addLine(container: JQuery, line: Partial<Line>): void {
    const fresh = line.condition === undefined;
    const made: Line = Object.assign(line, {
      condition: line.condition ?? blankCondition(),
      tell: () => {},
    });
    drawCondition(this.options, container, made);
    prepareListItem(this.options.node, container, this.options.changed);
    if (fresh) container.find<HTMLInputElement>('input:visible').first().trigger('focus');
  }
}

/** The inputs of one condition: source, operator, and what the operator takes. */
function drawCondition(options: FilterTableOptions, container: JQuery, line: Line): void {
  const { node, direction, choices, changed } = options;
  const text = (key: string) => node._(`profile-field-mapper.${key}`);
  const operator = select(
    text('condition.operator'),
    OPERATORS.map((name) => [name, text(`operator.${name}`)] as const),
  );
  const value = textInput(text('condition.value'));
  const known = fieldInput({
    node,
    value: '',
    label: text('condition.value'),
    placeholder: '',
    source: () => knownValues()?.() ?? { choices: [] },
    changed: (typed) => change({ ...line.condition, value: typed }),
  });
  const second = textInput(text('condition.value2'));
  const type = select(
    text('condition.value'),
    VALUE_TYPES.map((name) => [name, text(`valueType.${name}`)] as const),
  );
  const compare = select(
    text('condition.compare'),
    COMPARISONS.map((name) => [name, text(`compare.${name}`)] as const),
  );
  const ignoreCase = create('input', { type: 'checkbox' });
  const ignoreCaseLabel = create('label', {}, ignoreCase, ` ${text('condition.ignoreCase')}`);
  const and = create('span', { text: text('condition.and') });

  /** The list of what the field holds as ids, where there is one. */
  function knownValues(): ChoiceSource | undefined {
    const { source } = line.condition;
    return source.kind === 'field' ? choices().values(source.path) : undefined;
  }

  function show(): void {
    const { condition } = line;
    const listed = knownValues() !== undefined;
    const inputs = inputsOf(condition);
    for (const option of operator.options) {
      option.disabled = !operatorPossible(condition, chosen<FilterOperator>(OPERATORS, option));
    }
    operator.value = condition.operator;
    value.hidden = inputs.value !== 'text' || listed;
    known.hidden = inputs.value !== 'text' || !listed;
    type.hidden = inputs.value !== 'type';
    second.hidden = !inputs.second;
    and.hidden = !inputs.second;
    compare.hidden = !inputs.compare;
    ignoreCaseLabel.hidden = !inputs.ignoreCase;
    const shown = condition.value === undefined ? '' : String(condition.value);
    for (const input of [value, known]) if (input.value !== shown) input.value = shown;
    if (inputs.value === 'type') type.value = shown;
    const other = condition.value2 === undefined ? '' : String(condition.value2);
    if (second.value !== other) second.value = other;
    compare.value = comparisonOf(condition);
    ignoreCase.checked = condition.ignoreCase === true;
  }

  function change(condition: FilterCondition): void {
    line.condition = condition;
    show();
    changed();
  }

  operator.addEventListener('change', () =>
    change(withOperator(line.condition, chosen<FilterOperator>(OPERATORS, operator))),
  );
  value.addEventListener('input', () => change({ ...line.condition, value: value.value }));
  type.addEventListener('change', () => change({ ...line.condition, value: type.value }));
  second.addEventListener('input', () => change({ ...line.condition, value2: second.value }));
  compare.addEventListener('change', () => change(withCompare(line.condition, chosen(COMPARISONS, compare))));
  ignoreCase.addEventListener('change', () => {
    const { ignoreCase: _before, ...rest } = line.condition;
    change(ignoreCase.checked ? { ...rest, ignoreCase: true } : rest);
  });

  const side = direction() === 'import' ? 'import' : 'export';
  const source = sourceCell({
    node,
    value: line.condition.source,
    kinds: ['field', 'jsonata'],
    label: node._(`profile-field-mapper.row.source.${side}`),
    placeholder: node._(`profile-field-mapper.row.source.${side}`),
    source: () => choices().sources(),
    changed: (from) => change(withConditionSource(line.condition, from)),
  });
  const problem = create('div', { class: 'profile-sync-map-problem' });
  line.tell = (problems) => tellProblems(problem, problems);
  const fields = create('div', { class: 'profile-sync-map-fields' }, source, operator);
  const takes = create(
    'div',
    { class: 'profile-sync-map-takes' },
    value,
    known,
    type,
    and,
    second,
    compare,
    ignoreCaseLabel,
  );
  container.append(create('div', { class: 'profile-sync-map-row' }, fields, takes, problem));
  show();
}
