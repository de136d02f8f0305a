import { isBlank, wholeNumberFault } from '../editor/checks';
import { claimForm, configVerdict, currentValue, field, saveNumbers, verdict } from '../editor/dialogForm';
import { followComparing, prepareEverythingBox, tickedAt } from '../editor/sendingAgain';
import { type NumberField, numberFields } from './numberFields';

interface UsersTrackNode extends EditorNode {
  /** Time of the tick; empty: not ticked. */
  sendEverything: string;
}

RED.nodes.registerType<UsersTrackNode>('braze-users-track', {
  category: 'profile sync',
  color: '#E9967A',
  icon: 'users-track.svg',
  align: 'right',
  defaults: {
    name: { value: '' },
    braze: {
      value: '',
      type: 'braze-config',
      required: true,
      validate(value, _options) {
        return configVerdict(this, 'braze-users-track.label.braze', value);
      },
    },
    firstTotal: { value: 'remember' },
    changeDetection: { value: 'on' },
    sendEverything: { value: '' },
    settleSeconds: {
      value: numberFields.settleSeconds.value,
      validate(value, _options) {
        return numberVerdict(this, 'settleSeconds', value);
      },
    },
    dataPointCeiling: {
      value: numberFields.dataPointCeiling.value,
      validate(value, _options) {
        return numberVerdict(this, 'dataPointCeiling', value);
      },
    },
    emptyStoreCeiling: {
      value: numberFields.emptyStoreCeiling.value,
      validate(value, _options) {
        return numberVerdict(this, 'emptyStoreCeiling', value);
      },
    },
    removalShare: {
      value: numberFields.removalShare.value,
      validate(value, _options) {
        return numberVerdict(this, 'removalShare', value);
      },
    },
    refreshDays: {
      value: numberFields.refreshDays.value,
      validate(value, _options) {
        return numberVerdict(this, 'refreshDays', value);
      },
    },
    refreshCap: {
      value: numberFields.refreshCap.value,
      validate(value, _options) {
        return numberVerdict(this, 'refreshCap', value);
      },
    },
    refreshOnly: { value: 'all' },
  },
  inputs: 1,
  outputs: 2,
  paletteLabel() {
    return this._('braze-users-track.label.palette');
  },
  label() {
    return this.name || this._('braze-users-track.label.palette');
  },
  labelStyle() {
    return this.name ? 'node_label_italic' : '';
  },
  inputLabels() {
    return this._('braze-users-track.label.input');
  },
  outputLabels(index) {
    return this._(index === 0 ? 'braze-users-track.label.settled' : 'braze-users-track.label.rejected');
  },
  oneditprepare() {
    claimForm(this, 'name');
    for (const name of Object.keys(numberFields) as NumberField[]) {
      // A node of an earlier release behaves as a new one does, and so shows what a new one has.
      if (this[name] === undefined) field(this, name).value = String(numberFields[name].value);
    }
    followComparing(this, ['profile-sync-comparing', 'profile-sync-guards']);
    prepareEverythingBox(this.sendEverything);
  },
  oneditsave() {
    saveNumbers(this, Object.keys(numberFields));
    this.sendEverything = tickedAt(this.sendEverything);
  },
});

/** A field that a node of an earlier release lacks is as good as one with the default. */
function numberVerdict(node: EditorNode, name: NumberField, value: unknown): Verdict {
  if (value === undefined || !matters(node, name)) return true;
  return verdict(node, `braze-users-track.label.${name}`, wholeNumberFault(value, numberFields[name]));
}

/** The runtime reads a field only where the dialog shows it. */
function matters(node: EditorNode, name: NumberField): boolean {
  if (name === 'settleSeconds' || name === 'dataPointCeiling') return true;
  if (currentValue(node, 'changeDetection') === 'off') return false;
  return name !== 'refreshCap' || !isBlank(currentValue(node, 'refreshDays'));
}
