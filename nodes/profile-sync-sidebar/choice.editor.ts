import { create } from '../editor/elements';

/** A drop-down of a few fixed values. */
export interface Choice<Value extends string> {
  element: HTMLSelectElement;
  value: Value;
}

export function choice<Value extends string>(
  label: string,
  options: readonly (readonly [Value, string])[],
  changed: () => void,
): Choice<Value> {
  const element = create('select', { 'aria-label': label });
  offer(element, options);
  element.addEventListener('change', changed);
  return {
    element,
    get value() {
      return element.value as Value;
    },
    set value(value) {
      element.value = value;
    },
  };
}

/** Replaces what is offered; what was chosen stays chosen if it is still there, else the first is. */
export function offer(element: HTMLSelectElement, options: readonly (readonly [string, string])[]): void {
  const chosen = element.value;
  element.replaceChildren(...options.map(([value, label]) => create('option', { value }, label)));
  if (options.some(([value]) => value === chosen)) element.value = chosen;
}
