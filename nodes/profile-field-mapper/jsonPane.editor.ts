import { element } from '../editor/dialogForm';
import { create, icon } from '../editor/elements';
import { editableCopy, type Mapping } from '../editor/mappingDocument';
import { mappingVerdict } from '../editor/mappingVerdict';
import { mappingFileName, writeMappingFile } from './mappingFile.editor';
import { type ShapeFault, shapeFaults } from './mappingShape.editor';

export interface JsonPaneOptions {
  node: EditorNode;
  /** The mapping as it stands in the dialog now. */
  mapping: () => Mapping;
  /** Puts a mapping into the dialog, in place of what is there. */
  take: (mapping: Mapping) => void;
}

/** More would not be read: a document can be wrong in every line. */
const faultsShown = 8;
/** Nobody writes a mapping this long; a file this big is another one. */
const largestFile = 5_000_000;

/** The tab that shows the mapping as the document it is, to be copied, saved, pasted and opened. */
export class JsonPane {
  private readonly text = element<HTMLTextAreaElement>('profile-sync-json');
  private readonly state = element('profile-sync-json-state');
  private readonly file = element<HTMLInputElement>('profile-sync-json-file');
  private readonly takeButton = element<HTMLButtonElement>('profile-sync-json-take');
  /** What the box held when it was last in line with the dialog. */
  private written = '';

  constructor(private readonly options: JsonPaneOptions) {
    element('profile-sync-json-copy').addEventListener('click', () => void this.copy());
    element('profile-sync-json-download').addEventListener('click', () => this.download());
    element('profile-sync-json-open').addEventListener('click', () => this.file.click());
    this.file.addEventListener('change', () => void this.open());
    this.text.addEventListener('input', () => this.edited());
    this.takeButton.addEventListener('click', () => this.take());
  }

  /** To be called whenever the tab comes into view: shows the mapping, unless something else was pasted meanwhile. */
  look(): void {
    if (this.text.value === this.written) this.show();
    this.edited();
  }

  private show(): void {
    this.written = writeMappingFile(this.options.mapping());
    this.text.value = this.written;
    this.say();
  }

  private edited(): void {
    this.takeButton.disabled = this.text.value === this.written || this.text.value.trim() === '';
    this.text.removeAttribute('aria-invalid');
  }

  private async copy(): Promise<void> {
    try {
      await navigator.clipboard.writeText(this.text.value);
    } catch {
      // Browsers give the clipboard to pages with https only; what is selected can be copied anywhere.
      this.text.select();
      document.execCommand('copy');
    }
    this.say('good', this.word('json.copied'));
  }

  private download(): void {
    const { node } = this.options;
    const name = element<HTMLInputElement>('node-input-name').value;
    const address = URL.createObjectURL(new Blob([this.text.value], { type: 'application/json' }));
    const link = create('a', {
      href: address,
      download: mappingFileName(name || node.name, this.options.mapping().direction),
    });
    link.click();
    URL.revokeObjectURL(address);
  }

  private async open(): Promise<void> {
    const [file] = this.file.files ?? [];
    this.file.value = '';
    if (file === undefined) return;
    if (file.size > largestFile) {
      this.say('bad', this.word('json.tooLarge'));
      return;
    }
    this.text.value = await file.text();
    this.edited();
    this.take();
  }

  private take(): void {
    const { node, take } = this.options;
    let document: unknown;
    try {
      document = JSON.parse(this.text.value);
    } catch (thrown) {
      this.refuse([`${this.word('json.notJson')} ${thrown instanceof Error ? thrown.message : ''}`.trim()]);
      return;
    }
    const faults = shapeFaults(document);
    if (faults.length > 0) {
      this.refuse(faults.map((fault) => this.sentence(fault)));
      return;
    }
    const { direction } = document as Mapping;
    take(editableCopy(document, direction));
    this.show();
    this.edited();
    const verdict = mappingVerdict(node, document, direction);
    if (verdict === true) this.say('good', this.word('json.taken'));
    else this.say('unknown', this.word('json.takenWith'), typeof verdict === 'string' ? [verdict] : verdict);
  }

  private refuse(reasons: string[]): void {
    this.text.setAttribute('aria-invalid', 'true');
    this.say('bad', this.word('json.refused'), reasons);
  }

  private sentence({ place, fault, names }: ShapeFault): string {
    const sentence = this.word(`shape.${fault}`, { names: names ?? '' });
    return place === '' ? sentence : `${place}: ${sentence}`;
  }

  private say(outcome?: 'good' | 'bad' | 'unknown', heading = '', reasons: readonly string[] = []): void {
    this.state.replaceChildren();
    if (outcome === undefined) return;
    const symbols = { good: 'fa-check', bad: 'fa-times', unknown: 'fa-exclamation-triangle' };
    const list = create('ul', { class: 'profile-sync-reasons' });
    for (const reason of reasons.slice(0, faultsShown)) list.append(create('li', { text: reason }));
    if (reasons.length > faultsShown)
      list.append(create('li', { text: this.word('json.more', { more: reasons.length - faultsShown }) }));
    this.state.append(
      create(
        'div',
        { class: `profile-sync-finding profile-sync-finding-${outcome}` },
        icon(symbols[outcome]),
        create('div', {}, create('strong', { text: heading }), ...(reasons.length > 0 ? [list] : [])),
      ),
    );
  }

  private word(key: string, values?: TextValues): string {
    return this.options.node._(`profile-field-mapper.${key}`, values);
  }
}
