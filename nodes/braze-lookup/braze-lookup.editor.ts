import { identifierFault, isBlank } from '../editor/checks';
import { attachCombobox } from '../editor/combobox';
import { claimForm, configVerdict, field, follow, showParts, verdict } from '../editor/dialogForm';
import { savedDraft } from '../editor/draft';
import { liveList } from '../editor/liveList';

interface LookupNode extends EditorNode {
  lookup: string;
  item: string;
}

/** What is looked up one at a time. */
const details: readonly unknown[] = ['segment', 'campaign'];

RED.nodes.registerType<LookupNode>('braze-lookup', {
  category: 'profile sync',
  color: '#E9967A',
  icon: 'lookup.svg',
  defaults: {
    name: { value: '' },
    braze: {
      value: '',
      type: 'braze-config',
      required: true,
      validate(value, _options) {
        return configVerdict(this, 'braze-lookup.label.braze', value);
      },
    },
    lookup: { value: 'segments' },
    item: {
      value: '',
      validate(value, _options) {
        // Empty: every message says of which one.
        const fault = isBlank(value) ? undefined : identifierFault(value);
        return verdict(this, 'braze-lookup.label.item', fault);
      },
    },
  },
  inputs: 1,
  outputs: 1,
  paletteLabel() {
    return this._('braze-lookup.label.palette');
  },
  label() {
    return this.name || this._('braze-lookup.label.palette');
  },
  labelStyle() {
    return this.name ? 'node_label_italic' : '';
  },
  inputLabels() {
    return this._('braze-lookup.label.input');
  },
  outputLabels() {
    return this._('braze-lookup.label.output');
  },
  oneditprepare() {
    claimForm(this, 'name');
    const lookup = field<HTMLSelectElement>(this, 'lookup');
    const brazeDraft = () => savedDraft(field(this, 'braze').value);
    const segments = liveList(this, 'braze-segments', brazeDraft);
    const campaigns = liveList(this, 'braze-campaigns', brazeDraft);
    attachCombobox(field(this, 'item'), {
      text: (key, values) => this._(key, values),
      source: () => (lookup.value === 'campaign' ? campaigns() : segments()),
    });
    follow(lookup, () => showParts({ 'profile-sync-lookup-item': details.includes(lookup.value) }));
  },
});
