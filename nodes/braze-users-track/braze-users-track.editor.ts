import { claimForm, configVerdict } from '../editor/dialogForm';

RED.nodes.registerType('braze-users-track', {
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
  },
});
