import { tenantUrlFault } from '../editor/apiAddress';
import { attachCheckButton } from '../editor/checkButton';
import { hostOf } from '../editor/checks';
import { claimForm, verdict } from '../editor/dialogForm';

RED.nodes.registerType('blueconic-config', {
  category: 'config',
  defaults: {
    name: { value: '' },
    url: {
      value: '',
      validate(value, _options) {
        return verdict(this, 'blueconic-config.label.url', tenantUrlFault(value));
      },
    },
  },
  credentials: {
    clientId: { type: 'text' },
    clientSecret: { type: 'password' },
  },
  label() {
    return this.name || hostOf(this.url) || this._('blueconic-config.label.unnamed');
  },
  labelStyle() {
    return this.name ? 'node_label_italic' : '';
  },
  oneditprepare() {
    claimForm(this, 'url');
    attachCheckButton(this, 'blueconic');
  },
});
