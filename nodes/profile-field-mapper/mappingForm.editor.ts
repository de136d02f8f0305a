import type { SeenField } from '../editor/choices';
import { element } from '../editor/dialogForm';
import { create, icon } from '../editor/elements';
import { IdentifierTable } from '../editor/identifierTable';
import { type MapperChoices, mapperChoices } from '../editor/mapperChoices';
import { chosen } from '../editor/mappingCells';
import {
  type Direction,
  editableCopy,
  isBlankCondition,
  isBlankPair,
  type Mapping,
  savedMapping,
} from '../editor/mappingDocument';
import { type MappingProblem, mappingProblems } from '../editor/mappingProblems';
import { MappingTable } from '../editor/mappingTable';
import { problemText } from '../editor/mappingVerdict';
import { attachTabs, type Tabs } from '../editor/tabs';
import { isAsked, type SourceSettings } from './askedFields.editor';
import { FilterTable } from './filterTable.editor';
import { JsonPane } from './jsonPane.editor';
import { PreviewPane } from './previewPane.editor';
import { RemainingPanel } from './remainingPanel.editor';
import { samplePaths } from './samplePaths.editor';
import { wiredSource } from './sampleSource.editor';

const joins = ['all', 'any'] as const;

const panels = {
  fields: 'profile-sync-panel-fields',
  filter: 'profile-sync-panel-filter',
  preview: 'profile-sync-panel-preview',
  json: 'profile-sync-panel-json',
} as const;

/**
 * The mapper's dialog: its tables, ticks and tabs, and the problems told where they are. Node-RED takes the form out of
 * the page while the editor for expressions lies over it, and tells the expression before it puts it back: so every
 * element is looked up once, at the beginning.
 */
export class MappingForm {
  private readonly identifiers: IdentifierTable;
  private readonly table: MappingTable;
  private readonly filter: FilterTable;
  private readonly preview: PreviewPane;
  private readonly remaining: RemainingPanel;
  private readonly tabs: Tabs;
  private readonly allowCreate = element<HTMLInputElement>('profile-sync-allow-create');
  private readonly hint = element('profile-sync-allow-create-hint');
  private readonly searchResult = element('profile-sync-search-result');
  private readonly noFilter = element('profile-sync-filter-none');
  private readonly wholeProblems = {
    identifiers: element('profile-sync-identifier-problem'),
    rows: element('profile-sync-row-problem'),
  };
  private readonly join = element<HTMLSelectElement>('profile-sync-filter-join');
  private readonly choices: { readonly [direction in Direction]: MapperChoices };
  private readonly existing: { [direction in Direction]?: ReadonlySet<string> | undefined } = {};
  private seen: SeenField[] = [];
  /** The settings of the source before the mapper, which cannot change while this dialog is open. */
  private readonly sources: { readonly [direction in Direction]: SourceSettings | undefined };
  private ready = false;
  private closed = false;

  constructor(
    private readonly node: EditorNode,
    stored: unknown,
    private readonly directionSelect: HTMLSelectElement,
  ) {
    const copy = editableCopy(stored, this.direction());
    const seen = () => this.seen;
    this.choices = {
      import: mapperChoices(node, 'import', seen),
      export: mapperChoices(node, 'export', seen),
    };
    this.sources = { import: wiredSource(node, 'import'), export: wiredSource(node, 'export') };
    const shared = {
      node,
      direction: () => this.direction(),
      choices: () => this.choices[this.direction()],
      changed: () => this.tell(),
    };
    this.identifiers = new IdentifierTable({
      ...shared,
      list: $('#profile-sync-identifiers'),
      groups: copy.identifiers,
    });
    this.table = new MappingTable({
      ...shared,
      list: $('#profile-sync-rows'),
      rows: copy.rows,
      facts: ({ source, target }) => ({
        targetKnown: this.existing[this.direction()]?.has(target),
        asked: source.kind === 'field' && source.path !== '' ? this.asked(source.path) : undefined,
      }),
    });
    this.filter = new FilterTable({
      ...shared,
      list: $('#profile-sync-conditions'),
      conditions: copy.filter?.conditions ?? [],
    });
    const mapping = () => this.mapping();
    this.preview = new PreviewPane({
      node,
      mapping,
      sampled: (records) => {
        this.seen = samplePaths(records);
      },
    });
    this.remaining = new RemainingPanel({
      node,
      mapping,
      choices: shared.choices,
      asked: (path) => this.asked(path),
      add: (rows) => {
        const takeBack = this.table.add(rows);
        this.tell();
        return () => {
          const count = takeBack();
          this.tell();
          return count;
        };
      },
    });
    const json = new JsonPane({ node, mapping, take: (taken) => this.take(taken) });
    this.tabs = attachTabs(element('profile-sync-mapper-tabs'), node._('profile-field-mapper.label.tabs'), [
      { panel: panels.fields, label: node._('profile-field-mapper.tab.fields') },
      { panel: panels.filter, label: node._('profile-field-mapper.tab.filter') },
      {
        panel: panels.preview,
        label: node._('profile-field-mapper.tab.preview'),
        shown: () => this.preview.look(),
      },
      { panel: panels.json, label: node._('profile-field-mapper.tab.json'), shown: () => json.look() },
    ]);
    this.fill(copy);
    this.directionSelect.addEventListener('change', () => this.turn());
    this.allowCreate.addEventListener('change', () => this.tell());
    const search = element<HTMLInputElement>('profile-sync-search');
    search.addEventListener('input', () => this.search(search.value));
    this.ready = true;
    this.tell();
    void this.learn();
  }

  /** What stands in the dialog, as it is to be saved. */
  mapping(): Mapping {
    return savedMapping(this.edited());
  }

  /** Ends what is still on its way; to be called when the dialog closes. */
  close(): void {
    this.closed = true;
    this.preview.close();
  }

  private direction(): Direction {
    return this.directionSelect.value === 'export' ? 'export' : 'import';
  }

  private edited(): Mapping {
    return {
      version: 2,
      direction: this.direction(),
      identifiers: this.identifiers.groups(),
      allowCreate: this.allowCreate.checked,
      filter: { join: chosen(joins, this.join), conditions: this.filter.conditions() },
      rows: this.table.rows(),
    };
  }

  /** Puts another mapping into the dialog, in place of what is there. */
  private take(mapping: Mapping): void {
    this.ready = false;
    this.directionSelect.value = mapping.direction;
    this.fill(mapping);
    this.identifiers.replace(mapping.identifiers);
    this.table.replace(mapping.rows);
    this.filter.replace(mapping.filter?.conditions ?? []);
    this.remaining.reset();
    this.ready = true;
    this.tell();
    void this.learn();
  }

  private fill({ allowCreate, filter }: Mapping): void {
    this.allowCreate.checked = allowCreate;
    this.join.value = filter?.join ?? 'all';
  }

  private asked(path: string): boolean | undefined {
    return isAsked(this.sources[this.direction()], path);
  }

  private turn(): void {
    this.identifiers.redraw();
    this.table.redraw();
    this.filter.redraw();
    this.remaining.reset();
    this.tell();
    void this.learn();
  }

  /** Asks the other system once which targets it has, so that a mistyped one is told. Without an answer nothing is told. */
  private async learn(): Promise<void> {
    const direction = this.direction();
    if (direction in this.existing) return;
    this.existing[direction] = undefined;
    this.existing[direction] = await this.choices[direction].existingTargets();
    if (!this.closed) this.tell();
  }

  private search(typed: string): void {
    const shown = this.table.search(typed);
    const total = this.table.rows().length;
    this.searchResult.textContent =
      typed.trim() === '' ? '' : this.node._('profile-field-mapper.search.result', { shown, total });
  }

  /** Tells every problem beside its line. Lines that nobody filled in yet are no problem: they are not saved. */
  private tell(): void {
    // The tables report changes while they are being filled for the first time.
    if (!this.ready) return;
    const mapping = this.edited();
    const conditions = mapping.filter?.conditions ?? [];
    const problems = mappingProblems(this.mapping());
    this.table.tell(spread(mapping.rows.map(isBlankPair), this.sentences(problems, 'rows')));
    this.identifiers.tell(
      spread(
        mapping.identifiers.map((group) => group.every(isBlankPair)),
        this.sentences(problems, 'identifiers'),
      ),
    );
    this.filter.tell(spread(conditions.map(isBlankCondition), this.sentences(problems, 'filter')));
    this.tellWhole(problems, 'identifiers');
    this.tellWhole(problems, 'rows');
    const filled = conditions.filter((condition) => !isBlankCondition(condition)).length;
    this.mark(
      panels.fields,
      0,
      problems.some(({ list }) => list !== 'filter'),
    );
    this.mark(
      panels.filter,
      filled,
      problems.some(({ list }) => list === 'filter'),
    );
    this.noFilter.hidden = filled > 0;
    const hint = `profile-field-mapper.hint.${this.allowCreate.checked ? 'create' : 'noCreate'}.${this.direction()}`;
    this.hint.textContent = this.node._(hint);
  }

  /** Shows on a tab how many things it holds, and whether something is wrong there. */
  private mark(panel: string, count: number, faulty: boolean): void {
    const marks: (HTMLElement | string)[] = count > 0 ? [`(${count})`] : [];
    if (faulty) {
      marks.push(
        icon('fa-exclamation-triangle profile-sync-tab-fault'),
        create('span', { class: 'profile-sync-heard', text: this.node._('profile-field-mapper.tab.faulty') }),
      );
    }
    this.tabs.mark(panel, marks);
  }

  private sentences(
    problems: readonly MappingProblem[],
    list: MappingProblem['list'],
  ): Map<number, string[]> {
    const sentences = new Map<number, string[]>();
    for (const problem of problems) {
      if (problem.list !== list || problem.at === undefined) continue;
      const sentence = problemText((key, values) => this.node._(key, values), problem);
      const known = sentences.get(problem.at) ?? [];
      if (!known.includes(sentence)) sentences.set(problem.at, [...known, sentence]);
    }
    return sentences;
  }

  private tellWhole(problems: readonly MappingProblem[], list: 'identifiers' | 'rows'): void {
    const found = problems.find((problem) => problem.list === list && problem.at === undefined);
    const sentence = found && problemText((key, values) => this.node._(key, values), found);
    this.wholeProblems[list].replaceChildren(
      ...(sentence === undefined ? [] : [icon('fa-exclamation-triangle'), sentence]),
    );
  }
}

/** Sentences by saved position, spread over the lines on the screen, of which the blank ones are not saved. */
function spread(blank: readonly boolean[], sentences: ReadonlyMap<number, string[]>): string[][] {
  let saved = -1;
  return blank.map((isBlank) => {
    if (isBlank) return [];
    saved += 1;
    return sentences.get(saved) ?? [];
  });
}
