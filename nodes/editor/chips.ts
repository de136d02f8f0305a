import type { ChoiceSource } from './choices';
import { attachCombobox } from './combobox';
import { create, icon } from './elements';

export interface ChipsOptions {
  /** Where the chips and their input go; an empty element of the form. */
  container: HTMLElement;
  /** The id of the input, for the `for` of its label. */
  inputId: string;
  values: readonly string[];
  source: ChoiceSource;
  placeholder: string;
  text: (key: string, values?: TextValues) => string;
  changed?: (values: string[]) => void;
}

export interface Chips {
  values(): string[];
  set(values: readonly string[]): void;
}

/**
 * A field for several names: chosen ones stand as chips before an input with a drop-down. Enter or a comma adds what was
 * typed, Backspace in the empty input removes the last chip, each chip has its own remove button.
 */
export function attachChips(options: ChipsOptions): Chips {
  const { container, text } = options;
  let values: string[] = [...options.values];
  const input = create('input', { type: 'text', id: options.inputId, placeholder: options.placeholder });
  container.classList.add('profile-sync-chips');
  container.append(input);

  function change(next: string[]): void {
    values = next;
    draw();
    options.changed?.([...values]);
  }

  function add(value: string): void {
    input.value = '';
    const name = value.trim();
    if (name !== '' && !values.includes(name)) change([...values, name]);
  }

  function draw(): void {
    for (const chip of container.querySelectorAll('.profile-sync-chip')) chip.remove();
    for (const value of values) input.before(chipFor(value));
  }

  function chipFor(value: string): HTMLElement {
    const remove = create(
      'button',
      { type: 'button', 'aria-label': text('shared.chips.remove', { name: value }) },
      icon('fa-times'),
    );
    remove.addEventListener('click', () => {
      change(values.filter((other) => other !== value));
      input.focus();
    });
    return create('span', { class: 'profile-sync-chip' }, value, remove);
  }

  attachCombobox(input, {
    text,
    source: async () => {
      const { choices, ...rest } = await options.source();
      return { ...rest, choices: choices.filter((choice) => !values.includes(choice.value)) };
    },
    picked: (choice) => add(choice.value),
  });
  input.addEventListener('keydown', (event) => {
    if (event.defaultPrevented || event.ctrlKey || event.metaKey) return;
    if ((event.key === 'Enter' || event.key === ',') && input.value.trim() !== '') {
      event.preventDefault();
      add(input.value);
    } else if (event.key === 'Backspace' && input.value === '' && values.length > 0) {
      change(values.slice(0, -1));
    }
  });
  // Whatever was typed counts, also if the next thing somebody does is press "Done".
  input.addEventListener('blur', () => add(input.value));
  draw();
  return {
    values: () => [...values],
    set: (next) => {
      values = [...next];
      draw();
    },
  };
}
