import { post } from '../editor/adminApi';
import { element } from '../editor/dialogForm';
import { savedDraft } from '../editor/draft';
import { create, icon } from '../editor/elements';
import type { Mapping } from '../editor/mappingDocument';
import { mappingVerdict } from '../editor/mappingVerdict';
import {
  counts,
  EMPTY_SAMPLES,
  type PreviewAnswer,
  type PreviewRow,
  type Result,
  reasonText,
} from './previewAnswer.editor';
import { previewSink } from './previewSink.editor';
import { sampleFetch, wiredSink, wiredSource } from './sampleSource.editor';
import { readSamples, type SampleRecord, writeSamples } from './sampleText.editor';

export interface PreviewPaneOptions {
  node: EditorNode;
  /** The mapping as it stands in the dialog now. */
  mapping: () => Mapping;
  /** Called when the records in the box are others than before. */
  sampled: (records: readonly SampleRecord[]) => void;
}

/** The server previews this many at once. */
const mostRecords = 200;
/** How long somebody pauses who has finished typing. */
const pauseMs = 400;

const looks: { readonly [result in Result]: string } = {
  sent: 'fa-check',
  unchanged: 'fa-pause',
  unmapped: 'fa-circle-o',
  filtered: 'fa-filter',
  rejected: 'fa-times',
};

/** Samples of earlier dialogs of this session, by node: nobody wants to paste them twice. Never saved anywhere. */
const remembered = new Map<string, string>();

/** The tab in which sample records become what a run would send. It follows every change by itself. */
export class PreviewPane {
  private readonly samples = element<HTMLTextAreaElement>('profile-sync-samples');
  private readonly problem = element('profile-sync-samples-problem');
  private readonly state = element('profile-sync-preview-state');
  private readonly rows = element('profile-sync-preview-rows');
  private readonly fetchButton = element<HTMLButtonElement>('profile-sync-samples-fetch');
  private timer: ReturnType<typeof setTimeout> | undefined;
  private asking = 0;

  constructor(private readonly options: PreviewPaneOptions) {
    this.samples.value = remembered.get(options.node.id) ?? '';
    this.samples.addEventListener('input', () => {
      clearTimeout(this.timer);
      this.timer = setTimeout(() => this.look(), pauseMs);
    });
    this.fetchButton.addEventListener('click', () => void this.fetch());
    this.read();
  }

  /** Brings the result up to date; to be called whenever the tab comes into view. */
  look(): void {
    const records = this.read();
    if (records === undefined) return;
    if (records.length === 0) this.say('fa-info-circle', this.text('preview.empty'));
    else void this.ask(records);
  }

  close(): void {
    clearTimeout(this.timer);
    this.asking += 1;
  }

  /** The records in the box; undefined, and told beside it, where it holds something else. */
  private read(): SampleRecord[] | undefined {
    remembered.set(this.options.node.id, this.samples.value);
    const reading = readSamples(this.samples.value);
    const records = reading.kind === 'records' ? reading.records : [];
    this.options.sampled(records);
    this.problem.replaceChildren();
    this.samples.removeAttribute('aria-invalid');
    if (reading.kind !== 'fault') return records;
    const { fault, line } = reading;
    const sentence = this.text(`samples.${fault}`);
    this.problem.append(
      icon('fa-exclamation-triangle'),
      line === undefined ? sentence : this.text('samples.line', { line, sentence }),
    );
    this.samples.setAttribute('aria-invalid', 'true');
    this.say('fa-info-circle', this.text('preview.unreadable'));
    return undefined;
  }

  private async fetch(): Promise<void> {
    // What was typed before, and answers that are still on their way, must not take the place of this one's.
    clearTimeout(this.timer);
    this.asking += 1;
    this.fetchButton.disabled = true;
    this.say('fa-circle-o-notch fa-spin', this.text('samples.loading'));
    const fetched = await sampleFetch(this.options.node, this.options.mapping().direction);
    this.fetchButton.disabled = false;
    if (fetched.kind === 'failed') {
      this.fail(fetched.message);
      return;
    }
    if (fetched.records.length === 0) {
      const why = EMPTY_SAMPLES.find((name) => name === fetched.empty) ?? 'no-record';
      this.say('fa-info-circle', this.text(`samples.empty.${why}`));
      return;
    }
    this.samples.value = writeSamples(fetched.records);
    this.look();
  }

  private async ask(records: readonly SampleRecord[]): Promise<void> {
    this.asking += 1;
    const asking = this.asking;
    if (this.rows.childElementCount === 0)
      this.say('fa-circle-o-notch fa-spin', this.text('preview.loading'));
    const { node } = this.options;
    const mapping = this.options.mapping();
    const verdict = mappingVerdict(node, mapping, mapping.direction);
    if (verdict !== true) {
      const reasons = typeof verdict === 'string' ? [verdict] : verdict;
      this.fail(`${this.text('preview.incomplete')} ${reasons.slice(0, 3).join(' ')}`);
      return;
    }
    const source = wiredSource(node, mapping.direction);
    const sink = wiredSink(node, mapping.direction);
    const body = {
      mapping,
      records: records.slice(0, mostRecords),
      ...(source && { source }),
      sink: previewSink(sink, savedDraft(String(sink?.braze ?? ''))),
    };
    try {
      const answer = await post<PreviewAnswer>('preview', body, (key, values) => node._(key, values));
      if (asking === this.asking) this.show(answer, records.length);
    } catch (failure) {
      if (asking === this.asking) this.fail(failure instanceof Error ? failure.message : String(failure));
    }
  }

  private show({ rows, totals }: PreviewAnswer, asked: number): void {
    const parts = counts(rows).map(([result, count]) => this.text(`count.${result}`, { count }));
    if (this.options.mapping().direction === 'export')
      parts.push(this.text('preview.price', { points: totals.dataPoints }));
    const requests = totals.requests ?? 0;
    if (requests === 1) parts.push(this.text('preview.request'));
    else if (requests > 1) parts.push(this.text('preview.requests', { count: requests }));
    if (rows.length < asked) parts.push(this.text('preview.firstOnly', { shown: rows.length, total: asked }));
    this.state.className = 'profile-sync-preview-totals';
    this.state.replaceChildren(create('strong', { text: parts.join(' · ') }));
    this.rows.replaceChildren(...rows.map((row) => this.row(row)));
  }

  private row(row: PreviewRow): HTMLElement {
    const { result, reason, refused, objects } = row;
    const head = create(
      'div',
      { class: 'profile-sync-preview-head' },
      icon(`${looks[result]} profile-sync-preview-icon`),
      create('strong', { text: this.text('preview.record', { number: row.index + 1 }) }),
      ` ${this.text(`result.${result}`)}`,
    );
    if (row.dataPoints > 0)
      head.append(
        create('span', {
          class: 'profile-sync-preview-price',
          text: this.text('preview.points', { points: row.dataPoints }),
        }),
      );
    const shown = create('section', {
      class: `profile-sync-preview-row profile-sync-preview-${result}`,
      'aria-label': this.text('preview.record', { number: row.index + 1 }),
    });
    shown.append(head);
    if (reason !== undefined) shown.append(create('div', { text: this.reason(reason) }));
    if (refused.length > 0) {
      const list = create('ul', { class: 'profile-sync-preview-refused' });
      for (const { field, reason: why } of refused)
        list.append(create('li', {}, create('code', { text: field }), `: ${this.reason(why)}`));
      shown.append(list);
    }
    if (row.remembered !== undefined && row.remembered.length > 0) {
      const fields = row.remembered.join(', ');
      shown.append(create('div', { text: this.text('preview.remembered', { fields }) }));
    }
    for (const object of objects) shown.append(this.json(object));
    return shown;
  }

  private json(object: unknown): HTMLElement {
    // Scrolls sideways, so it must be reachable with the keyboard.
    return create('pre', {
      tabindex: '0',
      role: 'region',
      'aria-label': this.text('preview.object'),
      text: JSON.stringify(object, null, 2),
    });
  }

  private say(iconName: string, sentence: string): void {
    this.rows.replaceChildren();
    this.state.className = 'profile-sync-preview-note';
    this.state.replaceChildren(icon(iconName), create('span', { text: sentence }));
  }

  private fail(message: string): void {
    this.say('fa-exclamation-triangle', message);
    this.state.className = 'profile-sync-map-problem';
  }

  private reason(reason: string): string {
    return reasonText((key, values) => this.options.node._(key, values), reason);
  }

  private text(key: string, values?: TextValues): string {
    return this.options.node._(`profile-field-mapper.${key}`, values);
  }
}
