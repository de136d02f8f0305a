import { wholeNumberFault } from '../editor/checks';
import { claimForm, configVerdict, saveNumbers, verdict } from '../editor/dialogForm';

RED.nodes.registerType('blueconic-profiles', {
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
    createProperties: { value: false },
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
  },
  oneditsave() {
    saveNumbers(this, ['entriesPerRequest', 'requestsInFlight']);
  },
});
