import { folderFault, wholeNumberFault } from '../editor/checks';
import { claimForm, saveNumbers, verdict } from '../editor/dialogForm';
import { attachStorePanel } from './storePanel.editor';

RED.nodes.registerType('profile-sync-store', {
  category: 'config',
  defaults: {
    name: { value: '' },
    kind: { value: 'embedded' },
    folder: {
      value: 'profile-sync',
      validate(value, _options) {
        return verdict(this, 'profile-sync-store.label.folder', folderFault(value));
      },
    },
    keepRuns: {
      value: 200,
      validate(value, _options) {
        return verdict(
          this,
          'profile-sync-store.label.keepRuns',
          wholeNumberFault(value, { min: 1, max: 100_000 }),
        );
      },
    },
    keepDays: {
      value: 0,
      validate(value, _options) {
        return verdict(
          this,
          'profile-sync-store.label.keepDays',
          wholeNumberFault(value, { min: 0, max: 36_500, blank: true }),
        );
      },
    },
  },
  label() {
    return this.name || String(this.folder || '') || this._('profile-sync-store.label.unnamed');
  },
  labelStyle() {
    return this.name ? 'node_label_italic' : '';
  },
  oneditprepare() {
    claimForm(this, 'folder');
    attachStorePanel(this);
  },
  oneditsave() {
    saveNumbers(this, ['keepRuns', 'keepDays']);
  },
});
