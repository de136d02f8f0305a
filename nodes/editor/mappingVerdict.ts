import { type Direction, editableCopy, type Mapping, savedMapping } from './mappingDocument';
import { type MappingProblem, mappingProblems } from './mappingProblems';

type Texts = (key: string, values?: TextValues) => string;

/** One sentence, from the mapper's catalogue. */
export function problemText(text: Texts, problem: MappingProblem): string {
  return text(`profile-field-mapper.problem.${problem.problem}`, { row: problem.row ?? 0 });
}

/** The verdict on a stored mapping: `true`, or one sentence per problem with its place. */
export function mappingVerdict(node: EditorNode, stored: unknown, direction: Direction): Verdict {
  const text: Texts = (key, values) => node._(key, values);
  const mapping = savedMapping(editableCopy(stored, direction));
  const problems = mappingProblems(mapping);
  if (problems.length === 0) return true;
  return problems.map((problem) => `${placeText(text, mapping, problem)}: ${problemText(text, problem)}`);
}

function placeText(text: Texts, mapping: Mapping, { list, at }: MappingProblem): string {
  if (list === 'identifiers') {
    return at === undefined
      ? text('profile-field-mapper.label.identifiers')
      : text('profile-field-mapper.place.identifier', { number: at + 1 });
  }
  if (list === 'filter') {
    return at === undefined
      ? text('profile-field-mapper.tab.filter')
      : text('profile-field-mapper.place.condition', { number: at + 1 });
  }
  if (at === undefined) return text('profile-field-mapper.label.rows');
  const target = mapping.rows[at]?.target ?? '';
  return target === ''
    ? text('profile-field-mapper.place.row', { number: at + 1 })
    : text('profile-field-mapper.place.rowWithTarget', { number: at + 1, target });
}
