import { SyncError } from '../errors/syncError';
import { EvaluationPace } from './evaluationPace';
import type { Evaluate, ExpressionHost } from './expressionHost';
import { type Answers, expressionFailed } from './sourceReaders';

/** An expression that failed, told once for each code; the code is JSONata's, or `unknown`, and holds no value. */
export type ExpressionFailure = (expression: string, code: string) => void;

/** A mapping's expressions, each read once, ready to be worked out for record after record. */
export class Expressions {
  readonly #texts: readonly string[];
  readonly #evaluate: readonly Evaluate[];
  readonly #failed: ExpressionFailure;
  readonly #told = new Set<string>();
  readonly #pace = new EvaluationPace();

  /** @throws SyncError `MAPPING_INVALID` naming the first expression that cannot be used, and why. */
  constructor(texts: readonly string[], host: ExpressionHost, failed: ExpressionFailure = () => {}) {
    this.#texts = texts;
    this.#evaluate = texts.map((text) => prepared(text, host));
    this.#failed = failed;
  }

  /**
   * What each expression makes of a record, as `CompiledMapping.map` takes it. Never throws: an expression that fails
   * has `expressionFailed` for an answer. Answers are plain JSON, copied where they are lists or objects, so that no
   * function of JSONata's and nothing that holds itself gets into an update. One call at a time.
   */
  async answers(record: unknown): Promise<Answers> {
    const answers: unknown[] = [];
    for (let at = 0; at < this.#evaluate.length; at++) {
      answers.push(await this.#answer(at, record));
    }
    return answers;
  }

  /** Between two records: lets others have the event loop if this has had it for long. */
  yieldIfDue(): Promise<void> | undefined {
    return this.#pace.yieldIfDue();
  }

  async #answer(at: number, record: unknown): Promise<unknown> {
    this.#pace.beginExpression();
    try {
      return plainAnswer(await this.#evaluate[at]!(record, this.#pace.step));
    } catch (thrown) {
      this.#tell(this.#texts[at]!, codeOf(thrown));
      return expressionFailed;
    }
  }

  #tell(text: string, code: string): void {
    const key = `${code} ${text}`;
    if (this.#told.has(key)) return;
    this.#told.add(key);
    this.#failed(text, code);
  }
}

const shownCharacters = 80;

function prepared(text: string, host: ExpressionHost): Evaluate {
  try {
    return host.prepare(text);
  } catch (thrown) {
    const shown = text.length > shownCharacters ? `${text.slice(0, shownCharacters)}…` : text;
    throw new SyncError({
      code: 'MAPPING_INVALID',
      message: `The mapping cannot be used: the expression ${JSON.stringify(shown)} ${reasonOf(thrown)}.`,
      advice: 'Correct it in the dialog of the field mapper.',
    });
  }
}

function reasonOf(thrown: unknown): string {
  const { message } = (thrown ?? {}) as { message?: unknown };
  return typeof message === 'string' && message !== '' ? message : 'cannot be read';
}

/** JSONata's messages quote values; its codes do not. */
function codeOf(thrown: unknown): string {
  const { code, message } = (thrown ?? {}) as { code?: unknown; message?: unknown };
  if (typeof code === 'string' && /^[A-Z]\d{4}$/.test(code)) return code;
  return message === 'too many steps' ? 'too many steps' : 'unknown';
}

/** @throws Error for what JSON cannot say. */
function plainAnswer(value: unknown): unknown {
  switch (typeof value) {
    case 'string':
    case 'boolean':
    case 'undefined':
      return value;
    case 'number':
      if (!Number.isFinite(value)) throw new Error('no finite number');
      return value;
    case 'object':
      return value === null ? null : copied(value);
    default:
      throw new Error('no JSON');
  }
}

function copied(value: object): unknown {
  if ('_jsonata_lambda' in value || '_jsonata_function' in value) throw new Error('a function');
  const text: unknown = JSON.stringify(value);
  if (typeof text !== 'string') throw new Error('no JSON');
  return JSON.parse(text);
}
