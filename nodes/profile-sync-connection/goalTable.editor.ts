import { create, icon } from '../editor/elements';
import { listRows, prepareListItem } from '../editor/tableList';
import { copyName, freeName, type Goal, newGoalId, outputMap, placeFor } from './goalList.editor';

export interface GoalTableOptions {
  node: EditorNode;
  /** The `<ol>` of the form. */
  list: JQuery;
  goals: readonly Goal[];
  /** The hidden input from which Node-RED reads how outputs have moved. */
  outputs: HTMLInputElement;
  changed: () => void;
}

/** One line of the table while it is edited. */
interface Line {
  goal: Goal;
  /** Shows the number of the output that starts the goal. */
  showOutput: (output: number) => void;
}

/** The goals as an editable list. Holds copies: nothing reaches the node before `goals()` is saved. */
export class GoalTable {
  private readonly before: string[];

  constructor(private readonly options: GoalTableOptions) {
    const { node, list } = options;
    this.before = options.goals.map(({ id }) => id);
    list.editableList<Line>({
      addItem: (container, _index, line) => this.addLine(container, line),
      addButton: false,
      buttons: (['import', 'export'] as const).map((direction) => ({
        id: `profile-sync-add-${direction}`,
        label: node._(`profile-sync-connection.button.add.${direction}`),
        icon: 'fa fa-plus',
        click: () => this.add(direction),
      })),
      removable: true,
      removeItem: () => this.moved(),
      sortable: true,
      sortItems: () => this.moved(),
      height: 'auto',
      scrollOnAdd: false,
      ariaLabel: node._('profile-sync-connection.label.goals'),
    });
    for (const goal of options.goals) this.insert({ ...goal }, list.children().length);
    this.moved();
  }

  goals(): Goal[] {
    return this.lines().map((line) => line.goal);
  }

  private lines(): Line[] {
    return listRows<Line>(this.options.list);
  }

  private add(direction: Goal['direction']): void {
    const goals = this.goals();
    const name = freeName(this.options.node._(`profile-sync-connection.newGoal.${direction}`), goals);
    const goal: Goal = { id: newGoalId(goals), name, direction, active: true };
    this.insertNew(goal, placeFor(direction, goals));
  }

  /** The copy gets outputs of its own, without wires: two goals must not start the same source. */
  private copy(line: Line): void {
    const goals = this.goals();
    const copied = { ...line.goal, id: newGoalId(goals), name: copyName(line.goal.name, goals) };
    this.insertNew(copied, goals.indexOf(line.goal) + 1);
  }

  private insertNew(goal: Goal, at: number): void {
    const line = this.insert(goal, at);
    this.moved();
    const input = this.options.list.children().eq(this.lines().indexOf(line)).find('input[type="text"]');
    input.trigger('focus').trigger('select');
  }

  private insert(goal: Goal, at: number): Line {
    const line: Line = { goal, showOutput: () => {} };
    this.options.list.editableList('insertItemAt', line, at);
    return line;
  }

  /** Tells Node-RED and the lines where each goal stands now. */
  private moved(): void {
    const lines = this.lines();
    const now = lines.map(({ goal }) => goal.id);
    this.options.outputs.value = JSON.stringify(outputMap(this.before, now));
    for (const [at, line] of lines.entries()) line.showOutput(at + 2);
    this.options.changed();
  }

  private addLine(container: JQuery, line: Line): void {
    const { node, changed } = this.options;
    const text = (key: string, values?: TextValues) => node._(`profile-sync-connection.${key}`, values);
    const { goal } = line;

    const active = create('input', { type: 'checkbox', 'aria-label': text('goal.active') });
    active.title = text('goal.active');
    active.checked = goal.active;
    active.addEventListener('change', () => {
      goal.active = active.checked;
      changed();
    });

    const direction = create('select', { 'aria-label': text('goal.direction') });
    for (const name of ['import', 'export'] as const) {
      direction.append(create('option', { value: name, text: text(`direction.${name}`) }));
    }
    direction.value = goal.direction;
    direction.addEventListener('change', () => {
      goal.direction = direction.value === 'export' ? 'export' : 'import';
      changed();
    });

    const name = create('input', {
      type: 'text',
      'aria-label': text('goal.name'),
      placeholder: text('goal.name'),
    });
    name.value = goal.name;
    name.addEventListener('input', () => {
      goal.name = name.value;
      changed();
    });

    const output = create('span', { class: 'profile-sync-goal-output' });
    line.showOutput = (number) => {
      output.textContent = `→ ${number}`;
      output.title = text('goal.output', { output: number });
    };

    const copy = create(
      'button',
      { type: 'button', class: 'red-ui-button red-ui-button-small', 'aria-label': text('button.copy') },
      icon('fa-copy'),
    );
    copy.title = text('button.copy');
    copy.addEventListener('click', () => this.copy(line));

    container.append(create('div', { class: 'profile-sync-goal' }, active, direction, name, output, copy));
    prepareListItem(node, container, () => this.moved(), 'profile-sync-connection.button.remove');
  }
}
