import { instances } from '../../src/braze/instances';
import { brazeEndpointFault } from '../editor/apiAddress';
import { attachCheckButton } from '../editor/checkButton';
import { hostOf, wholeNumberFault } from '../editor/checks';
import { claimForm, element, field, follow, saveNumbers, verdict } from '../editor/dialogForm';
import { create } from '../editor/elements';
import { type NumberField, numberFields } from './numberFields';

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
    workspace: { value: '' },
    perArray: { value: false },
    objectsPerRequest: {
      value: numberFields.objectsPerRequest.value,
      validate(value, _options) {
        return numberVerdict(this, 'objectsPerRequest', value);
      },
    },
    requestsInFlight: {
      value: numberFields.requestsInFlight.value,
      validate(value, _options) {
        return numberVerdict(this, 'requestsInFlight', value);
      },
    },
    requestsPer3Seconds: {
      value: numberFields.requestsPer3Seconds.value,
      validate(value, _options) {
        return numberVerdict(this, 'requestsPer3Seconds', value);
      },
    },
    requestsPerMinute: {
      value: numberFields.requestsPerMinute.value,
      validate(value, _options) {
        return numberVerdict(this, 'requestsPerMinute', value);
      },
    },
    requestsPerHour: {
      value: numberFields.requestsPerHour.value,
      validate(value, _options) {
        return numberVerdict(this, 'requestsPerHour', value);
      },
    },
    reserve: {
      value: numberFields.reserve.value,
      validate(value, _options) {
        return numberVerdict(this, 'reserve', value);
      },
    },
    retryMinutes: {
      value: numberFields.retryMinutes.value,
      validate(value, _options) {
        return numberVerdict(this, 'retryMinutes', value);
      },
    },
    rateGroup: { value: '' },
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
    for (const name of Object.keys(numberFields) as NumberField[]) {
      // A node of an earlier release behaves as a new one does, and so shows what a new one has.
      if (this[name] === undefined) field(this, name).value = String(numberFields[name].value);
    }
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
    saveNumbers(this, Object.keys(numberFields));
  },
});

/** A field that a node of an earlier release lacks is as good as one with the default. */
function numberVerdict(node: EditorNode, name: NumberField, value: unknown): Verdict {
  if (value === undefined) return true;
  return verdict(node, `braze-config.label.${name}`, wholeNumberFault(value, numberFields[name]));
}
