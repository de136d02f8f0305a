import { exportFields } from '../../src/braze/exportFields';
import { identifierFault, tooManyFault, webAddressFault, wholeNumberFault } from '../editor/checks';
import { attachChips, type Chips } from '../editor/chips';
import { plainChoices } from '../editor/choices';
import {
  claimForm,
  configVerdict,
  element,
  field,
  follow,
  saveNumbers,
  showDefaults,
  showParts,
  verdict,
} from '../editor/dialogForm';
import { savedDraft } from '../editor/draft';
import { liveList } from '../editor/liveList';
import { pacingVerdict, savePacing } from '../editor/pacing';
import { attachSegmentPicker } from '../editor/segmentPicker';

/** Braze's field name for "all custom attributes" (contracts: braze 4.4). */
const ALL_ATTRIBUTES = 'custom_attributes';
/** Braze takes at most this many names instead (contracts: braze 4.1). */
const MAX_ATTRIBUTES = 500;

/** What can be chosen one by one. */
const fieldNames = exportFields.map(({ field }) => field).filter((name) => name !== ALL_ATTRIBUTES);

interface SegmentExportNode extends EditorNode {
  segment: string;
  segmentName: string;
  fields: string[];
  customAttributes: string[];
}

/** Live while the dialog is open. */
let fields: Chips | undefined;
let attributes: Chips | undefined;

RED.nodes.registerType<SegmentExportNode>('braze-segment-export', {
  category: 'profile sync',
  color: '#E9967A',
  icon: 'segment-export.svg',
  defaults: {
    name: { value: '' },
    braze: {
      value: '',
      type: 'braze-config',
      required: true,
      validate(value, _options) {
        return configVerdict(this, 'braze-segment-export.label.braze', value);
      },
    },
    s3: {
      value: '',
      type: 'profile-sync-s3-config',
      required: true,
      validate(value, _options) {
        return configVerdict(this, 'braze-segment-export.label.s3', value);
      },
    },
    segment: {
      value: '',
      validate(value, _options) {
        return verdict(this, 'braze-segment-export.label.segment', identifierFault(value));
      },
    },
    segmentName: { value: '' },
    fields: {
      value: ['external_id', 'email', 'first_name', 'last_name', 'custom_attributes'],
      validate(value, _options) {
        const named = this.customAttributes?.length > 0;
        const nothing = Array.isArray(value) && value.length === 0 && !named;
        return verdict(
          this,
          'braze-segment-export.label.fields',
          nothing ? { fault: 'nothingChosen' } : undefined,
        );
      },
    },
    customAttributes: {
      value: [],
      validate(value, _options) {
        return verdict(
          this,
          'braze-segment-export.label.customAttributes',
          tooManyFault(value, MAX_ATTRIBUTES),
        );
      },
    },
    pollSeconds: {
      value: 10,
      validate(value, _options) {
        return verdict(
          this,
          'braze-segment-export.label.pollSeconds',
          wholeNumberFault(value, { min: 1, max: 3_600 }),
        );
      },
    },
    quietSeconds: {
      value: 60,
      validate(value, _options) {
        return verdict(
          this,
          'braze-segment-export.label.quietSeconds',
          wholeNumberFault(value, { min: 1, max: 86_400 }),
        );
      },
    },
    giveUpMinutes: {
      value: 60,
      validate(value, _options) {
        return verdict(
          this,
          'braze-segment-export.label.giveUpMinutes',
          wholeNumberFault(value, { min: 1, max: 2_880 }),
        );
      },
    },
    callbackUrl: {
      value: '',
      validate(value, _options) {
        return verdict(
          this,
          'braze-segment-export.label.callbackUrl',
          webAddressFault(value, { blank: true }),
        );
      },
    },
    whenRunning: { value: 'wait' },
    afterwards: { value: 'leave' },
    remember: { value: 'auto' },
    firstRows: {
      value: '',
      validate(value, _options) {
        return pacingVerdict(this, 'firstRows', value);
      },
    },
    batchRows: {
      value: 100,
      validate(value, _options) {
        return pacingVerdict(this, 'batchRows', value);
      },
    },
    idleSeconds: {
      value: 60,
      validate(value, _options) {
        return pacingVerdict(this, 'idleSeconds', value);
      },
    },
    onSilence: { value: 'fail' },
    afterRestart: { value: 'resume' },
    store: { value: '', type: 'profile-sync-store', required: false },
  },
  inputs: 1,
  outputs: 1,
  paletteLabel() {
    return this._('braze-segment-export.label.palette');
  },
  label() {
    return this.name || this.segmentName || this._('braze-segment-export.label.palette');
  },
  labelStyle() {
    return this.name ? 'node_label_italic' : '';
  },
  inputLabels() {
    return this._('braze-segment-export.label.input');
  },
  outputLabels() {
    return this._('braze-segment-export.label.output');
  },
  oneditprepare() {
    claimForm(this, 'name');
    showDefaults(this, { whenRunning: 'wait', afterwards: 'leave' });
    const text = (key: string, values?: TextValues) => this._(key, values);
    const brazeDraft = () => savedDraft(field(this, 'braze').value);
    attachSegmentPicker(this, liveList(this, 'braze-segments', brazeDraft));
    fields = attachChips({
      container: element('profile-sync-fields'),
      inputId: 'profile-sync-field',
      values: this.fields.filter((name) => name !== ALL_ATTRIBUTES),
      source: () => ({ choices: plainChoices(fieldNames) }),
      placeholder: text('braze-segment-export.placeholder.field'),
      text,
    });
    attributes = attachChips({
      container: element('profile-sync-attributes'),
      inputId: 'profile-sync-attribute',
      values: this.customAttributes,
      source: liveList(this, 'braze-attributes', brazeDraft),
      placeholder: text('braze-segment-export.placeholder.attribute'),
      text,
    });
    const all = element<HTMLInputElement>('profile-sync-all-attributes');
    all.checked = this.fields.includes(ALL_ATTRIBUTES);
    follow(all, () => showParts({ 'profile-sync-named-attributes': !all.checked }));
  },
  oneditsave() {
    const all = element<HTMLInputElement>('profile-sync-all-attributes').checked;
    this.fields = [...(fields?.values() ?? []), ...(all ? [ALL_ATTRIBUTES] : [])];
    this.customAttributes = attributes?.values() ?? [];
    saveNumbers(this, ['pollSeconds', 'quietSeconds', 'giveUpMinutes']);
    savePacing(this);
  },
});
