import { post } from './adminApi';
import { element } from './dialogForm';
import { openDraft } from './draft';
import { create, icon } from './elements';

interface Finding {
  what: string;
  ok: boolean | 'unknown';
  message: string;
}

/** Icon and catalogue key by outcome: never colour alone. */
const looks = {
  good: { symbol: 'fa-check', key: 'shared.check.good' },
  bad: { symbol: 'fa-times', key: 'shared.check.bad' },
  unknown: { symbol: 'fa-question', key: 'shared.check.unknown' },
} as const;

/**
 * The button `profile-sync-check` of a config dialog: tries what stands in the form, deployed or not, and lists what was
 * found out in `profile-sync-findings`.
 */
export function attachCheckButton(node: EditorNode, system: 'braze' | 's3' | 'blueconic'): void {
  const button = element<HTMLButtonElement>('profile-sync-check');
  const result = element('profile-sync-findings');
  button.addEventListener('click', async () => {
    button.disabled = true;
    result.replaceChildren(line('fa-circle-o-notch fa-spin', 'busy', '', node._('shared.check.busy')));
    const findings = await findingsFor(node, system);
    button.disabled = false;
    result.replaceChildren(...findings.map((finding) => findingLine(node, finding)));
  });
}

async function findingsFor(node: EditorNode, system: string): Promise<Finding[]> {
  try {
    const answer = await post<{ findings: Finding[] }>(
      `check/${system}`,
      { node: openDraft(node) },
      (key, values) => node._(key, values),
    );
    return answer.findings;
  } catch (failure) {
    const message = failure instanceof Error ? failure.message : String(failure);
    return [{ what: node._('shared.check.itself'), ok: false, message }];
  }
}

function findingLine(node: EditorNode, finding: Finding): HTMLElement {
  const outcome = finding.ok === 'unknown' ? 'unknown' : finding.ok ? 'good' : 'bad';
  const { symbol, key } = looks[outcome];
  return line(symbol, outcome, `${finding.what}: ${node._(key)}`, findingText(node, finding));
}

/** What the permission is good for, in the editor's language; where it is missing, before that what mends it. */
function findingText(node: EditorNode, { what, ok, message }: Finding): string {
  const key = `shared.finding.${what.replace(/\W/g, '-')}`;
  const use = node._(key);
  if (use === key || ok === 'unknown') return message;
  return ok ? use : `${message} ${use}`;
}

function line(iconName: string, outcome: string, heading: string, message: string): HTMLElement {
  const text = create('div', {}, create('strong', { text: heading }), create('div', { text: message }));
  return create(
    'div',
    { class: `profile-sync-finding profile-sync-finding-${outcome}` },
    icon(iconName),
    text,
  );
}
