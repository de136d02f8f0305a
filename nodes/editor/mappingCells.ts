import type { Choice, ChoiceSource } from './choices';
import { choiceFor } from './choices';
import { attachCombobox } from './combobox';
import { create, icon } from './elements';
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
  const input = textInput(options.label);
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
    // A path with a gap, such as custom_events[name=""].count: what is typed next belongs between the quotes.
    picked: ({ value }) => {
      const gap = value.indexOf('""');
      if (gap >= 0) input.setSelectionRange(gap + 1, gap + 1);
    },
  });
  input.placeholder = options.placeholder;
  input.addEventListener('input', () => options.changed(input.value, undefined));
  $(input).on('change', () => {
    if (input.value === last) return;
    last = input.value;
    options.changed(input.value, choiceFor(known, input.value));
  });
  return input;
}

export interface SourceCellOptions<Kind extends MappingSource['kind']>
  extends Omit<FieldInputOptions, 'value' | 'changed'> {
  value: MappingSource;
  /** The kinds of sources on offer. */
  kinds: readonly Kind[];
  changed: (source: Extract<MappingSource, { kind: Kind }>, choice: Choice | undefined) => void;
}

/** A source: a switch between its kinds, and the input that goes with each. Switching keeps what was typed. */
export function sourceCell<Kind extends MappingSource['kind']>(
  options: SourceCellOptions<Kind>,
): HTMLElement {
  const text = (key: string) => options.node._(`profile-field-mapper.source.${key}`);
  let kind = options.value.kind;
  let written = sourceText(options.value);
  const tell = (choice?: Choice) =>
    options.changed(sourceOf(kind, written) as Extract<MappingSource, { kind: Kind }>, choice);
  const input = fieldInput({
    ...options,
    value: written,
    changed: (value, choice) => {
      if (kind !== 'field') return;
      written = value;
      tell(choice);
    },
  });
  const fixed = textInput(text('staticText'));
  const expression = expressionInput(
    options.node,
    () => written,
    (value) => {
      written = value;
      tell();
    },
  );
  fixed.addEventListener('input', () => {
    written = fixed.value;
    tell();
  });
  const choice = select(
    text('kind'),
    options.kinds.map((name) => [name, text(name)] as const),
  );
  const draw = () => {
    choice.value = kind;
    input.value = written;
    fixed.value = written;
    expression.show(written);
    input.hidden = kind !== 'field';
    fixed.hidden = kind !== 'static';
    for (const part of expression.parts) part.hidden = kind !== 'jsonata';
  };
  choice.addEventListener('change', () => {
    kind = options.kinds.find((name) => name === choice.value) ?? kind;
    draw();
    tell();
  });
  draw();
  return create('div', { class: 'profile-sync-map-source' }, choice, input, fixed, ...expression.parts);
}

/** An input for a JSONata expression, and a button that opens Node-RED's own editor for it. */
function expressionInput(node: EditorNode, value: () => string, changed: (expression: string) => void) {
  const input = textInput(node._('profile-field-mapper.source.expression'));
  // An input shows one line only.
  const show = (text: string) => {
    input.value = text
      .split('\n')
      .map((line) => line.trim())
      .join(' ');
  };
  input.classList.add('profile-sync-expression');
  input.addEventListener('input', () => changed(input.value));
  const open = create('button', { type: 'button', class: 'red-ui-button red-ui-button-small' });
  open.append(icon('fa-ellipsis-h'));
  open.title = node._('profile-field-mapper.source.editExpression');
  open.setAttribute('aria-label', open.title);
  open.addEventListener('click', () =>
    RED.editor.editExpression({
      value: value(),
      focus: true,
      complete: (text) => {
        show(text);
        changed(text);
      },
    }),
  );
  return { parts: [input, open], show };
}

/** A text input with a name of its own for those who hear the table; the same words stand in it while it is empty. */
export function textInput(label: string): HTMLInputElement {
  return create('input', { type: 'text', 'aria-label': label, placeholder: label, spellcheck: 'false' });
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

/** The entry of a list of names that a drop-down made of them stands at. */
export function chosen<Name extends string>(names: readonly Name[], from: { value: string }): Name {
  const found = names.find((name) => name === from.value);
  if (found === undefined) throw new Error(`"${from.value}" is not one of ${names.join(', ')}.`);
  return found;
}

/** Fills the line below a row: what is wrong with it, with its sign; nothing where all is well. */
export function tellProblems(line: HTMLElement, problems: readonly string[]): void {
  line.replaceChildren(...(problems.length > 0 ? [icon('fa-exclamation-triangle'), problems.join(' ')] : []));
}
