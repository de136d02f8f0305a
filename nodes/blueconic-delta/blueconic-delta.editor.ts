import { identifierFault, isEnvironmentValue, wholeNumberFault } from '../editor/checks';
import { attachChips, type Chips } from '../editor/chips';
import {
  claimForm,
  configVerdict,
  currentValue,
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
import { isDelimiter, minAgeField } from './fileFields';

interface DeltaNode extends EditorNode {
  segment: string;
  segmentName: string;
  prefix: string;
  properties: string[];
  leavers: boolean;
}

/** Lives while the dialog is open. */
let properties: Chips | undefined;

RED.nodes.registerType<DeltaNode>('blueconic-delta', {
  category: 'profile sync',
  color: '#A6BBCF',
  icon: 'profile-delta.svg',
  defaults: {
    name: { value: '' },
    origin: { value: 'segment' },
    blueconic: {
      value: '',
      type: 'blueconic-config',
      required: false,
      validate(value, _options) {
        return readsFiles(this) || configVerdict(this, 'blueconic-delta.label.blueconic', value);
      },
    },
    segment: {
      value: '',
      validate(value, _options) {
        const needed = !readsFiles(this);
        return verdict(this, 'blueconic-delta.label.segment', needed ? identifierFault(value) : undefined);
      },
    },
    segmentName: { value: '' },
    properties: { value: [] },
    pageRows: {
      value: 1000,
      validate(value, _options) {
        return verdict(
          this,
          'blueconic-delta.label.pageRows',
          wholeNumberFault(value, { min: 1, max: 10_000 }),
        );
      },
    },
    firstRun: { value: 'whole' },
    fullReadDays: {
      value: 7,
      validate(value, _options) {
        // Absent in flows of an earlier release, where it is as good as the default.
        if (value === undefined) return true;
        return verdict(
          this,
          'blueconic-delta.label.fullReadDays',
          wholeNumberFault(value, { min: 0, max: 365 }),
        );
      },
    },
    leavers: { value: false },
    s3: {
      value: '',
      type: 'profile-sync-s3-config',
      required: false,
      validate(value, _options) {
        return !readsFiles(this) || configVerdict(this, 'blueconic-delta.label.s3', value);
      },
    },
    prefix: { value: '' },
    readiness: { value: 'age' },
    minAgeMinutes: {
      value: minAgeField.value,
      validate(value, _options) {
        // Absent in flows of an earlier release, where it is as good as the default.
        if (value === undefined || !readsFiles(this) || currentValue(this, 'readiness') === 'marker')
          return true;
        return verdict(this, 'blueconic-delta.label.minAgeMinutes', wholeNumberFault(value, minAgeField));
      },
    },
    afterwards: { value: 'leave' },
    format: { value: 'ending' },
    delimiter: { value: 'auto' },
    otherDelimiter: {
      value: '',
      validate(value, _options) {
        if (!readsCsv(this) || currentValue(this, 'delimiter') !== 'other') return true;
        const fine = isEnvironmentValue(value) || isDelimiter(String(value ?? ''));
        return verdict(
          this,
          'blueconic-delta.label.otherDelimiter',
          fine ? undefined : { fault: 'delimiter' },
        );
      },
    },
    encoding: { value: 'utf-8' },
    valueSeparator: { value: '' },
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
    return this._('blueconic-delta.label.palette');
  },
  label() {
    const place = this.origin === 'files' ? this.prefix : this.segmentName;
    return this.name || place || this._('blueconic-delta.label.palette');
  },
  labelStyle() {
    return this.name ? 'node_label_italic' : '';
  },
  inputLabels() {
    return this._('blueconic-delta.label.input');
  },
  outputLabels() {
    return this._('blueconic-delta.label.output');
  },
  oneditprepare() {
    claimForm(this, 'name');
    showDefaults(this, { firstRun: 'whole', fullReadDays: 7, minAgeMinutes: minAgeField.value });
    const origin = field<HTMLSelectElement>(this, 'origin');
    follow(origin, () => {
      const files = origin.value === 'files';
      showParts({ 'profile-sync-from-segment': !files, 'profile-sync-from-files': files });
    });
    const readiness = field<HTMLSelectElement>(this, 'readiness');
    follow(readiness, () => showParts({ 'profile-sync-min-age': readiness.value === 'age' }));
    const format = field<HTMLSelectElement>(this, 'format');
    follow(format, () => showParts({ 'profile-sync-csv': format.value !== 'ndjson' }));
    const delimiter = field<HTMLSelectElement>(this, 'delimiter');
    follow(delimiter, () => showParts({ 'profile-sync-other-delimiter': delimiter.value === 'other' }));
    const firstRun = field<HTMLSelectElement>(this, 'firstRun');
    follow(firstRun, () => showParts({ 'profile-sync-full-reads': firstRun.value !== 'now' }));
    const draft = () => savedDraft(field(this, 'blueconic').value);
    attachSegmentPicker(this, liveList(this, 'blueconic-segments', draft));
    properties = attachChips({
      container: element('profile-sync-properties'),
      inputId: 'profile-sync-property',
      values: this.properties,
      source: liveList(this, 'blueconic-properties', draft),
      placeholder: this._('blueconic-delta.placeholder.property'),
      text: (key, values) => this._(key, values),
    });
  },
  oneditsave() {
    this.properties = properties?.values() ?? [];
    saveNumbers(this, ['pageRows', 'fullReadDays', 'minAgeMinutes']);
    savePacing(this);
  },
});

function readsFiles(node: EditorNode): boolean {
  return currentValue(node, 'origin') === 'files';
}

function readsCsv(node: EditorNode): boolean {
  return readsFiles(node) && currentValue(node, 'format') !== 'ndjson';
}
