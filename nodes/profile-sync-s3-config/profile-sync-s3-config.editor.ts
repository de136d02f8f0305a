import { awsRegions } from '../editor/awsRegions';
import { attachCheckButton } from '../editor/checkButton';
import { bucketFault, webAddressFault } from '../editor/checks';
import { plainChoices } from '../editor/choices';
import { attachCombobox } from '../editor/combobox';
import { claimForm, element, field, follow, showParts, verdict } from '../editor/dialogForm';
import { openDraft } from '../editor/draft';
import { liveList } from '../editor/liveList';

RED.nodes.registerType('profile-sync-s3-config', {
  category: 'config',
  defaults: {
    name: { value: '' },
    auth: { value: 'keys' },
    region: { value: '' },
    endpoint: {
      value: '',
      validate(value, _options) {
        return verdict(
          this,
          'profile-sync-s3-config.label.endpoint',
          webAddressFault(value, { blank: true }),
        );
      },
    },
    pathStyle: { value: false },
    checksums: { value: 'supported' },
    bucket: {
      value: '',
      validate(value, _options) {
        return verdict(this, 'profile-sync-s3-config.label.bucket', bucketFault(value));
      },
    },
    rootPath: { value: '' },
  },
  credentials: {
    accessKeyId: { type: 'text' },
    secretAccessKey: { type: 'password' },
    sessionToken: { type: 'password' },
  },
  label() {
    return this.name || String(this.bucket ?? '') || this._('profile-sync-s3-config.label.unnamed');
  },
  labelStyle() {
    return this.name ? 'node_label_italic' : '';
  },
  oneditprepare() {
    claimForm(this, 'bucket');
    const auth = field<HTMLSelectElement>(this, 'auth');
    follow(auth, () => {
      showParts({ 'profile-sync-keys': auth.value === 'keys', 'profile-sync-chain': auth.value === 'chain' });
    });
    const text = (key: string, values?: TextValues) => this._(key, values);
    attachCombobox(field(this, 'region'), { text, source: () => ({ choices: plainChoices(awsRegions) }) });
    attachCombobox(field(this, 'bucket'), {
      text,
      source: liveList(this, 's3-buckets', () => openDraft(this)),
    });
    attachCheckButton(this, 's3');
    element<HTMLDetailsElement>('profile-sync-compatible').open = field(this, 'endpoint').value !== '';
  },
});
