import { instances } from '../../src/braze/instances';
import { brazeEndpointFault } from '../editor/apiAddress';
import { attachCheckButton } from '../editor/checkButton';
import { hostOf, wholeNumberFault } from '../editor/checks';
import { claimForm, element, field, follow, saveNumbers, verdict } from '../editor/dialogForm';
import { create } from '../editor/elements';

RED.nodes.registerType('braze-config', {
  category: 'config',
  defaults: {
    name: { value: '' },
    endpoint: {
      value: '',
      validate(value, _options) {
        return verdict(this, 'braze-config.label.endpoint', brazeEndpointFault(value));
      },
    },
    objectsPerRequest: {
      value: 75,
      validate(value, _options) {
        return verdict(
          this,
          'braze-config.label.objectsPerRequest',
          wholeNumberFault(value, { min: 1, max: 75 }),
        );
      },
    },
    requestsInFlight: {
      value: 8,
      validate(value, _options) {
        return verdict(
          this,
          'braze-config.label.requestsInFlight',
          wholeNumberFault(value, { min: 1, max: 64 }),
        );
      },
    },
  },
  credentials: {
    apiKey: { type: 'password' },
  },
  label() {
    const known = instances.find(({ rest }) => rest === this.endpoint);
    return this.name || known?.name || hostOf(this.endpoint) || this._('braze-config.label.unnamed');
  },
  labelStyle() {
    return this.name ? 'node_label_italic' : '';
  },
  oneditprepare() {
    claimForm(this, 'endpoint');
    const endpoint = field(this, 'endpoint');
    const instance = element<HTMLSelectElement>('profile-sync-instance');
    instance.append(create('option', { value: '', text: this._('braze-config.instance.other') }));
    for (const { name, rest, dashboard } of instances) {
      instance.append(create('option', { value: rest, text: `${name} (${hostOf(dashboard)})` }));
    }
    follow(endpoint, () => {
      const typed = endpoint.value.trim().replace(/\/+$/, '');
      instance.value = instances.some(({ rest }) => rest === typed) ? typed : '';
    });
    instance.addEventListener('change', () => {
      if (instance.value === '') endpoint.focus();
      else $(endpoint).val(instance.value).trigger('change');
    });
    attachCheckButton(this, 'braze');
  },
  oneditsave() {
    saveNumbers(this, ['objectsPerRequest', 'requestsInFlight']);
  },
});
