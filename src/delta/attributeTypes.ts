import type { StateStore, StoreWrite } from '../store/store';

/** How a target types its attributes; each target has its own. */
export interface TypeRules {
  /** The type that this value gives an attribute which has none yet; undefined for a value that gives none. */
  typeOf(value: unknown): string | undefined;
  /** Would an attribute of this type store the value, as it is or in the type's own form? */
  takes(type: string, value: unknown): boolean;
}

/** Names come from mappings and so are few; hand-written updates could bring any number. */
const rememberedAtMost = 20_000;

/**
 * The types that the attributes of one workspace have, as far as we have sent them: a target that lets the first value
 * of an attribute decide drops later values of other types, and answers success (contracts: braze 12.12).
 *
 * It can be wrong: a first value that was accepted for a user who does not exist decided nothing. A full read begins
 * without what was remembered.
 */
export class AttributeTypes {
  readonly #workspace: string;
  readonly #rules: TypeRules;
  readonly #types: Map<string, string>;
  #claimed: string[] = [];

  constructor(workspace: string, rules: TypeRules, remembered: ReadonlyMap<string, string> = new Map()) {
    this.#workspace = workspace;
    this.#rules = rules;
    this.#types = new Map(remembered);
  }

  /**
   * Would the target drop this value because of its type? Call it for every value that is about to be sent: the first
   * of an attribute claims its type for the rest of the run.
   *
   * @param surely The type that the value has, where that is known without looking at it.
   */
  driftOf(field: string, value: unknown, surely?: string): boolean {
    const type = this.#types.get(field);
    if (type !== undefined) return value !== null && type !== surely && !this.#rules.takes(type, value);
    const first = surely ?? this.#rules.typeOf(value);
    if (first !== undefined && this.#types.size < rememberedAtMost) {
      this.#types.set(field, first);
      this.#claimed.push(field);
    }
    return false;
  }

  /** The attributes whose type was claimed since the last call; undefined where there is none, as nearly always. */
  takeClaims(): readonly string[] | undefined {
    if (this.#claimed.length === 0) return undefined;
    const claimed = this.#claimed;
    this.#claimed = [];
    return claimed;
  }

  /** The values that made these claims were accepted: what makes the types known to later runs. */
  accepted(claims: readonly string[]): StoreWrite[] {
    return claims.map((field) => ({
      space: 'setting',
      key: keyPrefix(this.#workspace) + field,
      value: this.#types.get(field),
    }));
  }
}

/** What is remembered of a workspace, by attribute. One look for a whole run: there are few attributes. */
export async function rememberedTypes(store: StateStore, workspace: string): Promise<Map<string, string>> {
  const prefix = keyPrefix(workspace);
  const types = new Map<string, string>();
  for await (const { key, value } of store.list('setting', prefix)) {
    types.set(key.slice(prefix.length), value.toString());
  }
  return types;
}

/** Workspaces are named by an address, which has slashes of its own. */
function keyPrefix(workspace: string): string {
  return `type/${encodeURIComponent(workspace)}/`;
}
