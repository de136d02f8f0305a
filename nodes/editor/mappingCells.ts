import type { Choice, ChoiceSource } from './choices';
import { choiceFor } from './choices';
import { attachCombobox } from './combobox';
import { create } from './elements';
import { type MappingSource, sourceOf, sourceText } from './mappingDocument';

export interface FieldInputOptions {
  node: EditorNode;
  value: string;
  label: string;
  placeholder: string;
  source: ChoiceSource;
  changed: (value: string, choice: Choice | undefined) => void;
}

/** An input for the name or path of a field, with a drop-down; tells also which known field it was, if it was one. */
export function fieldInput(options: FieldInputOptions): HTMLInputElement {
  const input = create('input', {
    type: 'text',
    'aria-label': options.label,
    placeholder: options.placeholder,
    spellcheck: 'false',
  });
  input.value = options.value;
  let known: Choice[] = [];
  let last = options.value;
  attachCombobox(input, {
    text: (key, values) => options.node._(key, values),
    source: async () => {
      const list = await options.source();
      known = list.choices;
      return list;
    },
  });
  input.addEventListener('input', () => options.changed(input.value, undefined));
  $(input).on('change', () => {
    if (input.value === last) return;
    last = input.value;
    options.changed(input.value, choiceFor(known, input.value));
  });
  return input;
}

export interface SourceCellOptions extends Omit<FieldInputOptions, 'value' | 'changed'> {
  value: MappingSource;
  changed: (source: MappingSource, choice: Choice | undefined) => void;
}

/** A source: a switch between "field" and "text", and the input that goes with it. Switching keeps what was typed. */
export function sourceCell(options: SourceCellOptions): HTMLElement {
  const text = (key: string) => options.node._(key);
  let { kind } = options.value;
  let written = sourceText(options.value);
  const input = fieldInput({
    ...options,
    value: written,
    changed: (value, choice) => {
      written = value;
      if (kind === 'field') options.changed(sourceOf('field', value), choice);
    },
  });
  const fixed = create('input', {
    type: 'text',
    'aria-label': text('profile-field-mapper.source.staticText'),
  });
  fixed.placeholder = text('profile-field-mapper.source.staticText');
  fixed.value = written;
  fixed.addEventListener('input', () => {
    written = fixed.value;
    options.changed(sourceOf('static', written), undefined);
  });
  const choice = select(text('profile-field-mapper.source.kind'), [
    ['field', text('profile-field-mapper.source.field')],
    ['static', text('profile-field-mapper.source.static')],
  ]);
  choice.value = kind;
  const draw = () => {
    input.hidden = kind !== 'field';
    fixed.hidden = kind !== 'static';
  };
  choice.addEventListener('change', () => {
    kind = choice.value === 'static' ? 'static' : 'field';
    input.value = written;
    fixed.value = written;
    draw();
    options.changed(sourceOf(kind, written), undefined);
  });
  draw();
  return create('div', { class: 'profile-sync-map-source' }, choice, input, fixed);
}

/** A select with a name of its own for those who hear the table. */
export function select(
  label: string,
  options: readonly (readonly [value: string, text: string])[],
): HTMLSelectElement {
  const made = create('select', { 'aria-label': label, title: label });
  for (const [value, text] of options) made.append(create('option', { value, text }));
  return made;
}
