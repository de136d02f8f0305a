import { create, icon } from './elements';
import type { MapperChoices } from './mapperChoices';
import { fieldInput, sourceCell, tellProblems } from './mappingCells';
import { blankIdentifier, type Direction, type IdentifierRow } from './mappingDocument';
import { listRows, prepareListItem } from './tableList';

export interface IdentifierTableOptions {
  node: EditorNode;
  /** The `<ol>` of the form. */
  list: JQuery;
  groups: readonly IdentifierRow[][];
  direction: () => Direction;
  choices: () => MapperChoices;
  changed: () => void;
}

interface Group {
  pairs: IdentifierRow[];
  tell: (problems: readonly string[]) => void;
}

/** The identifiers: each item of the list is tried in turn (OR); the pairs of one item must all fit (AND). */
export class IdentifierTable {
  constructor(private readonly options: IdentifierTableOptions) {
    options.list.editableList<Partial<Group>>({
      addItem: (container, _index, group) => this.addGroup(container, group),
      addButton: options.node._('profile-field-mapper.button.addIdentifier'),
      removable: true,
      removeItem: () => options.changed(),
      sortable: true,
      sortItems: () => options.changed(),
      height: 'auto',
      ariaLabel: options.node._('profile-field-mapper.label.identifiers'),
    });
    this.replace(options.groups);
  }

  groups(): IdentifierRow[][] {
    return listRows<Group>(this.options.list).map((group) => group.pairs);
  }

  /** Shows each group's problems below it, in the order of `groups()`. */
  tell(problems: readonly (readonly string[])[]): void {
    for (const [at, group] of listRows<Group>(this.options.list).entries()) group.tell(problems[at] ?? []);
  }

  redraw(): void {
    this.replace(this.groups());
  }

  /** Holds other groups from now on. */
  replace(groups: readonly IdentifierRow[][]): void {
    this.options.list.editableList('empty');
    const shown = groups.length > 0 ? groups : [[blankIdentifier()]];
    for (const pairs of shown) this.options.list.editableList('addItem', { pairs: [...pairs] });
  }

  private addGroup(container: JQuery, group: Partial<Group>): void {
    const problem = create('div', { class: 'profile-sync-map-problem' });
    const made: Group = Object.assign(group, {
      pairs: group.pairs ?? [blankIdentifier()],
      tell: (problems: readonly string[]) => tellProblems(problem, problems),
    });
    const pairs = create('div', { class: 'profile-sync-map-pairs' });
    container.append(create('div', { class: 'profile-sync-map-row' }, pairs, problem));
    this.draw(pairs, made);
    prepareListItem(this.options.node, container, this.options.changed);
  }

  private draw(pairs: HTMLElement, group: Group): void {
    const { node, changed } = this.options;
    const lines = group.pairs.map((_pair, at) => this.pairLine(pairs, group, at));
    const add = create('button', { type: 'button', class: 'red-ui-button red-ui-button-small' });
    add.append(icon('fa-plus'), ` ${node._('profile-field-mapper.button.and')}`);
    add.title = node._('profile-field-mapper.button.andHint');
    add.addEventListener('click', () => {
      group.pairs.push(blankIdentifier());
      this.draw(pairs, group);
      changed();
    });
    lines.at(-1)?.append(add);
    pairs.replaceChildren(...lines);
  }

  private pairLine(pairs: HTMLElement, group: Group, at: number): HTMLElement {
    const { node, direction, choices, changed } = this.options;
    const side = direction() === 'import' ? 'import' : 'export';
    const change = (part: Partial<IdentifierRow>) => {
      group.pairs[at] = { ...(group.pairs[at] ?? blankIdentifier()), ...part };
      changed();
    };
    const pair = group.pairs[at] ?? blankIdentifier();
    const source = sourceCell({
      node,
      value: pair.source,
      kinds: ['field', 'static', 'jsonata'],
      label: node._(`profile-field-mapper.row.source.${side}`),
      placeholder: node._(`profile-field-mapper.row.source.${side}`),
      source: () => choices().sources(),
      changed: (value) => change({ source: value }),
    });
    const target = fieldInput({
      node,
      value: pair.target,
      label: node._(`profile-field-mapper.identifier.target.${side}`),
      placeholder: node._(`profile-field-mapper.identifier.target.${side}`),
      source: () => choices().identifierTargets(),
      changed: (value) => change({ target: value.trim() }),
    });
    const line = create('div', { class: 'profile-sync-map-fields' }, source, icon('fa-arrows-h'), target);
    if (at > 0)
      line.prepend(
        create('span', {
          class: 'profile-sync-map-and',
          text: node._('profile-field-mapper.identifier.and'),
        }),
      );
    if (group.pairs.length > 1) {
      const remove = create(
        'button',
        { type: 'button', class: 'red-ui-button red-ui-button-small' },
        icon('fa-minus'),
      );
      remove.setAttribute('aria-label', node._('profile-field-mapper.button.removePair'));
      remove.title = node._('profile-field-mapper.button.removePair');
      remove.addEventListener('click', () => {
        group.pairs.splice(at, 1);
        this.draw(pairs, group);
        changed();
      });
      line.append(remove);
    }
    return line;
  }
}
