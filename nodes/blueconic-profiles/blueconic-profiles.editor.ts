import { identifierFault, isBlank, wholeNumberFault } from '../editor/checks';
import { attachChips, type Chips } from '../editor/chips';
import {
  claimForm,
  configVerdict,
  currentValue,
  element,
  field,
  saveNumbers,
  showDefaults,
  verdict,
} from '../editor/dialogForm';
import { savedDraft } from '../editor/draft';
import { liveList } from '../editor/liveList';
import { followComparing, prepareEverythingBox, tickedAt } from '../editor/sendingAgain';
import { type NumberField, numberFields } from './numberFields';

interface ProfilesNode extends EditorNode {
  /** Time of the tick; empty: not ticked. */
  sendEverything: string;
  objectives?: string[];
}

/** Lives while the dialog is open. */
let objectives: Chips | undefined;

RED.nodes.registerType<ProfilesNode>('blueconic-profiles', {
  category: 'profile sync',
  color: '#A6BBCF',
  icon: 'profile-write.svg',
  align: 'right',
  defaults: {
    name: { value: '' },
    blueconic: {
      value: '',
      type: 'blueconic-config',
      required: true,
      validate(value, _options) {
        return configVerdict(this, 'blueconic-profiles.label.blueconic', value);
      },
    },
    entriesPerRequest: {
      value: 500,
      validate(value, _options) {
        return verdict(
          this,
          'blueconic-profiles.label.entriesPerRequest',
          wholeNumberFault(value, { min: 1, max: 1_000 }),
        );
      },
    },
    requestsInFlight: {
      value: 4,
      validate(value, _options) {
        return verdict(
          this,
          'blueconic-profiles.label.requestsInFlight',
          wholeNumberFault(value, { min: 1, max: 16 }),
        );
      },
    },
    firstTotal: { value: 'remember' },
    changeDetection: { value: 'on' },
    sendEverything: { value: '' },
    refreshDays: {
      value: numberFields.refreshDays.value,
      validate(value, _options) {
        return againVerdict(this, 'refreshDays', value);
      },
    },
    refreshCap: {
      value: numberFields.refreshCap.value,
      validate(value, _options) {
        return againVerdict(this, 'refreshCap', value);
      },
    },
    createProperties: { value: false },
    objectives: { value: [] },
    domainGroup: {
      value: '',
      validate(value, _options) {
        const fault = isBlank(value) ? undefined : identifierFault(value);
        return verdict(this, 'blueconic-profiles.label.domainGroup', fault);
      },
    },
    zone: {
      value: '',
      validate(value, _options) {
        const fault = isBlank(value) ? undefined : identifierFault(value);
        return verdict(this, 'blueconic-profiles.label.zone', fault);
      },
    },
    permissionLevel: { value: '' },
  },
  inputs: 1,
  outputs: 2,
  paletteLabel() {
    return this._('blueconic-profiles.label.palette');
  },
  label() {
    return this.name || this._('blueconic-profiles.label.palette');
  },
  labelStyle() {
    return this.name ? 'node_label_italic' : '';
  },
  inputLabels() {
    return this._('blueconic-profiles.label.input');
  },
  outputLabels(index) {
    return this._(index === 0 ? 'blueconic-profiles.label.settled' : 'blueconic-profiles.label.rejected');
  },
  oneditprepare() {
    claimForm(this, 'name');
    showDefaults(this, { refreshCap: numberFields.refreshCap.value });
    followComparing(this, ['profile-sync-comparing']);
    prepareEverythingBox(this.sendEverything);
    objectives = attachChips({
      container: element('profile-sync-objectives'),
      inputId: 'profile-sync-objective',
      values: this.objectives ?? [],
      source: liveList(this, 'blueconic-objectives', () => savedDraft(field(this, 'blueconic').value)),
      placeholder: this._('blueconic-profiles.placeholder.objective'),
      text: (key, values) => this._(key, values),
    });
  },
  oneditsave() {
    this.objectives = objectives?.values() ?? [];
    saveNumbers(this, ['entriesPerRequest', 'requestsInFlight', ...Object.keys(numberFields)]);
    this.sendEverything = tickedAt(this.sendEverything);
  },
});

/** A field that a node of an earlier release lacks, or that the dialog hides, is not read. */
function againVerdict(node: EditorNode, name: NumberField, value: unknown): Verdict {
  if (value === undefined || currentValue(node, 'changeDetection') === 'off') return true;
  if (name === 'refreshCap' && isBlank(currentValue(node, 'refreshDays'))) return true;
  return verdict(node, `blueconic-profiles.label.${name}`, wholeNumberFault(value, numberFields[name]));
}
