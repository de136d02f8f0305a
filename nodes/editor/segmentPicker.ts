import { identifierFault } from './checks';
import type { Choice, ChoiceSource } from './choices';
import { choiceFor } from './choices';
import { attachCombobox } from './combobox';
import { element, field } from './dialogForm';

/**
 * The segment field: people see names, the flow holds the id. The visible input (`profile-sync-segment`) takes a name
 * from the live list or an id typed by hand; the hidden inputs of `segment` and `segmentName` are what is saved.
 */
export function attachSegmentPicker(node: EditorNode, source: ChoiceSource): void {
  const visible = element<HTMLInputElement>('profile-sync-segment');
  const shownId = element('profile-sync-segment-id');
  const id = field(node, 'segment');
  const name = field(node, 'segmentName');
  let known: Choice[] = [];

  function save(choice: { value: string; label: string }): void {
    id.value = choice.value;
    name.value = choice.label;
    $(id).trigger('change');
    draw();
  }

  function draw(): void {
    shownId.textContent = name.value === '' ? '' : node._('shared.segment.id', { id: id.value });
    visible.classList.toggle('input-error', identifierFault(id.value) !== undefined);
  }

  visible.value = name.value === '' ? id.value : name.value;
  attachCombobox(visible, {
    text: (key, values) => node._(key, values),
    source: async () => {
      const list = await source();
      known = list.choices;
      return list;
    },
    shown: (choice) => choice.label,
    picked: save,
  });
  visible.addEventListener('change', () => {
    const typed = visible.value.trim();
    if (typed === name.value && typed !== '') return;
    const choice = choiceFor(known, typed);
    if (choice !== undefined) visible.value = choice.label;
    save(choice ?? { value: typed, label: '' });
  });
  draw();
}
