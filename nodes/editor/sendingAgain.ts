import { element, field, follow, showParts } from './dialogForm';

const everythingBox = 'profile-sync-send-everything';

/** Shows what belongs to comparing only while the sink compares, and what belongs to sending again only while it does. */
export function followComparing(node: EditorNode, parts: readonly string[]): void {
  const detection = field<HTMLSelectElement>(node, 'changeDetection');
  follow(detection, () => {
    for (const part of parts) showParts({ [part]: detection.value !== 'off' });
  });
  const days = field(node, 'refreshDays');
  follow(days, () => showParts({ 'profile-sync-refresh': days.value.trim() !== '' }));
}

export function prepareEverythingBox(ticked: string | undefined): void {
  element<HTMLInputElement>(everythingBox).checked = (ticked ?? '') !== '';
}

/** What to save of the box. Each tick has a name of its own, since it is good for one run. */
export function tickedAt(before: string | undefined): string {
  if (!element<HTMLInputElement>(everythingBox).checked) return '';
  return before || new Date().toISOString();
}
