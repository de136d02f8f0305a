import type { NodeAPI } from 'node-red';
import type { Evaluate, ExpressionHost } from '../../src/mapping/expressionHost';

type Prepared = ReturnType<NodeAPI['util']['prepareJSONataExpression']>;

/** What Node-RED keeps on an expression beside what JSONata declares. */
interface NodeRedMarks {
  _legacyMode?: boolean;
}

/**
 * Functions that would make a mapping depend on more than the record, or make code of a record's text: an expression
 * that names one is refused, in whatever way it would use it.
 */
const refusedFunctions: ReadonlySet<string> = new Set(['env', 'eval', 'flowContext', 'globalContext']);

/** JSONata asks for a function under this name and calls it before it evaluates each part of an expression. */
const entryHook = Symbol.for('jsonata.__evaluate_entry');

/** Node-RED's own JSONata, without the node's context and without the environment: the record is all there is. */
export function expressionHost(RED: NodeAPI): ExpressionHost {
  return {
    prepare(text) {
      const prepared = read(RED, text);
      const refused = refusedFunction(prepared.ast());
      if (refused !== undefined) throw new Error(`uses $${refused}, which a mapping may not`);
      // Where the word msg is found, Node-RED puts the input into a field of that name; here it is the record always.
      (prepared as Prepared & NodeRedMarks)._legacyMode = false;
      return evaluator(RED, prepared);
    },
  };
}

function read(RED: NodeAPI, text: string): Prepared {
  try {
    // Without a node: what the functions refused above would look at is not even there.
    return RED.util.prepareJSONataExpression(text, undefined as never);
  } catch (thrown) {
    // JSONata throws plain objects.
    const { message, position } = thrown as { message?: unknown; position?: unknown };
    const place = typeof position === 'number' ? ` at position ${position}` : '';
    throw new Error(`cannot be read${place}: ${String(message)}`);
  }
}

function evaluator(RED: NodeAPI, prepared: Prepared): Evaluate {
  let step: Parameters<Evaluate>[1] = () => undefined;
  prepared.assign(entryHook as unknown as string, () => step());
  return (record, atEachStep) =>
    new Promise((resolve, reject) => {
      step = atEachStep;
      RED.util.evaluateJSONataExpression(prepared, record as never, (error, result) => {
        if (error) reject(error);
        else resolve(result);
      });
    });
}

/** The first refused function that is named anywhere in a parsed expression, whose parts may point at each other. */
function refusedFunction(part: unknown, seen = new Set<object>()): string | undefined {
  if (typeof part !== 'object' || part === null || seen.has(part)) return undefined;
  seen.add(part);
  const { type, value } = part as { type?: unknown; value?: unknown };
  if (type === 'variable' && typeof value === 'string' && refusedFunctions.has(value)) return value;
  for (const inner of Object.values(part)) {
    const found = refusedFunction(inner, seen);
    if (found !== undefined) return found;
  }
  return undefined;
}
