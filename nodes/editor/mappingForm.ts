import { element } from './dialogForm';
import { icon } from './elements';
import { IdentifierTable } from './identifierTable';
import { type MapperChoices, mapperChoices } from './mapperChoices';
import { type Direction, editableCopy, isBlankPair, type Mapping, savedMapping } from './mappingDocument';
import { type MappingProblem, mappingProblems } from './mappingProblems';
import { MappingTable } from './mappingTable';
import { problemText } from './mappingVerdict';

/** The mapper's dialog: both tables, the creation tick, the search box, and the problems told where they are. */
export class MappingForm {
  private readonly identifiers: IdentifierTable;
  private readonly table: MappingTable;
  private readonly allowCreate = element<HTMLInputElement>('profile-sync-allow-create');
  /** Kept as it is stored. */
  private readonly filter: Pick<Mapping, 'filter'>;
  private readonly choices: { readonly [direction in Direction]: MapperChoices };

  constructor(
    private readonly node: EditorNode,
    stored: unknown,
    private readonly directionSelect: HTMLSelectElement,
  ) {
    const copy = editableCopy(stored, this.direction());
    this.choices = { import: mapperChoices(node, 'import'), export: mapperChoices(node, 'export') };
    this.filter = copy.filter === undefined ? {} : { filter: copy.filter };
    this.allowCreate.checked = copy.allowCreate;
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
    this.table = new MappingTable({ ...shared, list: $('#profile-sync-rows'), rows: copy.rows });
    this.directionSelect.addEventListener('change', () => this.turn());
    this.allowCreate.addEventListener('change', () => this.tell());
    const search = element<HTMLInputElement>('profile-sync-search');
    search.addEventListener('input', () => this.search(search.value));
    this.tell();
  }

  /** What stands in the dialog, as it is to be saved. */
  mapping(): Mapping {
    return savedMapping(this.edited());
  }

  private direction(): Direction {
    return this.directionSelect.value === 'export' ? 'export' : 'import';
  }

  private edited(): Mapping {
    return {
      ...this.filter,
      version: 2,
      direction: this.direction(),
      identifiers: this.identifiers.groups(),
      allowCreate: this.allowCreate.checked,
      rows: this.table.rows(),
    };
  }

  private turn(): void {
    this.identifiers.redraw();
    this.table.redraw();
    this.tell();
  }

  private search(typed: string): void {
    const shown = this.table.search(typed);
    const total = this.table.rows().length;
    element('profile-sync-search-result').textContent =
      typed.trim() === '' ? '' : this.node._('profile-field-mapper.search.result', { shown, total });
  }

  /** Tells every problem beside its line. Lines that nobody filled in yet are no problem: they are not saved. */
  private tell(): void {
    // The tables report changes while they are being filled for the first time.
    if (this.table === undefined) return;
    const mapping = this.edited();
    const problems = mappingProblems(this.mapping());
    this.table.tell(spread(mapping.rows.map(isBlankPair), this.sentences(problems, 'rows')));
    this.identifiers.tell(
      spread(
        mapping.identifiers.map((group) => group.every(isBlankPair)),
        this.sentences(problems, 'identifiers'),
      ),
    );
    this.tellWhole('profile-sync-identifier-problem', problems, 'identifiers');
    this.tellWhole('profile-sync-row-problem', problems, 'rows');
    const hint = `profile-field-mapper.hint.${this.allowCreate.checked ? 'create' : 'noCreate'}.${this.direction()}`;
    element('profile-sync-allow-create-hint').textContent = this.node._(hint);
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

  private tellWhole(id: string, problems: readonly MappingProblem[], list: MappingProblem['list']): void {
    const found = problems.find((problem) => problem.list === list && problem.at === undefined);
    const sentence = found && problemText((key, values) => this.node._(key, values), found);
    element(id).replaceChildren(
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
