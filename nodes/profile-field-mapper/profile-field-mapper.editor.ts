import { claimForm, field } from '../editor/dialogForm';
import { emptyMapping, type Mapping } from '../editor/mappingDocument';
import { mappingVerdict } from '../editor/mappingVerdict';
import { MappingForm } from './mappingForm.editor';

interface MapperNode extends EditorNode {
  direction: Mapping['direction'];
  mapping: Mapping;
}

/** Lives while the dialog is open. */
let form: MappingForm | undefined;

RED.nodes.registerType<MapperNode>('profile-field-mapper', {
  category: 'profile sync',
  color: '#87A980',
  icon: 'field-mapper.svg',
  defaults: {
    name: { value: '' },
    direction: { value: 'import' },
    mapping: {
      value: emptyMapping('import'),
      validate(value, _options) {
        return mappingVerdict(this, value, this.direction);
      },
    },
  },
  inputs: 1,
  outputs: 1,
  paletteLabel() {
    return this._('profile-field-mapper.label.palette');
  },
  label() {
    return (
      this.name ||
      this._(`profile-field-mapper.direction.${this.direction === 'export' ? 'export' : 'import'}`)
    );
  },
  labelStyle() {
    return this.name ? 'node_label_italic' : '';
  },
  inputLabels() {
    return this._('profile-field-mapper.label.input');
  },
  outputLabels() {
    return this._('profile-field-mapper.label.output');
  },
  oneditprepare() {
    claimForm(this, 'name');
    const direction = field<HTMLSelectElement>(this, 'direction');
    form = new MappingForm(this, this.mapping, direction);
  },
  oneditsave() {
    if (form !== undefined) this.mapping = form.mapping();
    form?.close();
    form = undefined;
  },
  oneditcancel() {
    form?.close();
    form = undefined;
  },
});
