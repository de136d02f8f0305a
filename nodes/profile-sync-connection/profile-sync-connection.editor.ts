import { wholeNumberFault } from '../editor/checks';
import { attachChips, type Chips } from '../editor/chips';
import { plainChoices } from '../editor/choices';
import { claimForm, element, field, follow, saveNumbers, showParts, verdict } from '../editor/dialogForm';
import { type Goal, goalProblems } from './goalList.editor';
import { GoalTable } from './goalTable.editor';
import { followToggles, type ToggledNode, toggle } from './toggleButton.editor';

interface ConnectionNode extends ToggledNode {
  /** Absent in flows that were written by hand. */
  labels?: string[];
  favourite: boolean;
  goals?: Goal[];
}

/** Live while the dialog is open. */
let goals: GoalTable | undefined;
let labels: Chips | undefined;

RED.nodes.registerType<ConnectionNode>('profile-sync-connection', {
  category: 'profile sync',
  color: '#C7B0D5',
  icon: 'connection.svg',
  defaults: {
    name: { value: '' },
    labels: { value: [] },
    description: { value: '' },
    favourite: { value: false },
    goals: {
      value: [
        { id: 'import', name: 'Import', direction: 'import', active: true },
        { id: 'export', name: 'Export', direction: 'export', active: true },
      ],
      validate(value, _options) {
        const problems = goalProblems(Array.isArray(value) ? (value as Goal[]) : []);
        return problems.length === 0 || problems.map((problem) => problemText(this, problem));
      },
    },
    onFailure: { value: 'continue' },
    overlap: { value: 'queue' },
    afterRestart: { value: 'resume' },
    command: { value: 'payload' },
    notify: { value: 'always' },
    addresses: {
      value: '',
      validate(value, _options) {
        const wrong = wrongAddress(value);
        return wrong === undefined || this._('profile-sync-connection.problem.address', { address: wrong });
      },
    },
    keepRuns: {
      value: 200,
      validate(value, _options) {
        return verdict(
          this,
          'profile-sync-connection.label.keepRuns',
          wholeNumberFault(value, { min: 1, max: 10_000 }),
        );
      },
    },
    keepDays: {
      value: 400,
      validate(value, _options) {
        return verdict(
          this,
          'profile-sync-connection.label.keepDays',
          wholeNumberFault(value, { min: 0, max: 10_000 }),
        );
      },
    },
    store: { value: '', type: 'profile-sync-store', required: false },
    outputs: { value: 3 },
  },
  inputs: 1,
  outputs: 3,
  button: {
    toggle: 'connectionOn',
    enabled() {
      return this.changed !== true && this.connectionOn !== undefined;
    },
    onclick() {
      toggle(this);
    },
  },
  paletteLabel() {
    return this._('profile-sync-connection.label.palette');
  },
  label() {
    const name = this.name || this._('profile-sync-connection.label.palette');
    return this.favourite ? `★ ${name}` : name;
  },
  labelStyle() {
    return this.name ? 'node_label_italic' : '';
  },
  inputLabels() {
    return this._('profile-sync-connection.label.input');
  },
  outputLabels(index) {
    return this.goals?.[index - 1]?.name ?? this._('profile-sync-connection.label.report');
  },
  onpaletteadd() {
    followToggles();
  },
  oneditprepare() {
    claimForm(this, 'name');
    const told = element('profile-sync-goal-problem');
    goals = new GoalTable({
      node: this,
      list: $('#profile-sync-goals'),
      goals: this.goals ?? [],
      outputs: field(this, 'outputs'),
      changed: () => {
        const problems = goals ? goalProblems(goals.goals()) : [];
        told.textContent = problems.map((problem) => problemText(this, problem)).join(' ');
      },
    });
    labels = attachChips({
      container: element('profile-sync-labels'),
      inputId: 'profile-sync-label',
      values: this.labels ?? [],
      source: () => ({ choices: plainChoices(labelsInUse()) }),
      placeholder: this._('profile-sync-connection.placeholder.label'),
      text: (key, values) => this._(key, values),
    });
    $('#node-input-command').typedInput({ types: ['msg'], default: 'msg' });
    // The label belongs to the input that typedInput hides; what it shows in its place has no name.
    $('.red-ui-typedInput-input').attr('aria-label', this._('profile-sync-connection.label.command'));
    const notify = field<HTMLSelectElement>(this, 'notify');
    follow(notify, () => showParts({ 'profile-sync-addresses': notify.value !== 'never' }));
  },
  oneditsave() {
    if (goals) this.goals = goals.goals();
    this.labels = labels?.values() ?? [];
    goals = undefined;
    saveNumbers(this, ['keepRuns', 'keepDays']);
  },
  oneditcancel() {
    goals = undefined;
  },
});

function problemText(node: EditorNode, problem: string): string {
  return node._(`profile-sync-connection.problem.${problem}`);
}

/** Labels that connections have anywhere, so that the same thing gets the same label. */
function labelsInUse(): string[] {
  const used = new Set<string>();
  RED.nodes.eachNode((node) => {
    if (node.type === 'profile-sync-connection')
      for (const label of (node.labels ?? []) as string[]) used.add(label);
  });
  return [...used].sort();
}

/** The first address that is none; an environment value may stand for all of them. */
function wrongAddress(value: unknown): string | undefined {
  const text = String(value ?? '').trim();
  if (text === '' || /^\$(\{[^}]+\}|\([^)]+\))$/.test(text)) return undefined;
  return text.split(/[,;]/).find((address) => !/^[^@]+@[^@\s]+$/.test(address.trim()));
}
