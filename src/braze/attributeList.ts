import { type AttributeField, attributeField } from './attributeField';
import { attributePoints } from './dataPoints';
import type { BrazeIdentifier } from './identifier';
import type { JsonBytes } from './jsonBytes';

/** Up to here looking through the list beats building a set for it. */
const shortList = 40;
const opening = Buffer.from('{');
const closing = Buffer.from('}');
const onlyUpdates = Buffer.from(',"_update_existing_only":true');
const mayCreate = Buffer.from(',"_update_existing_only":false');
const identifierNames = new Map(
  ['external_id', 'braze_id', 'user_alias', 'email', 'phone'].map((key) => [key, Buffer.from(`"${key}":`)]),
);

/**
 * One user's object in the `attributes` of a request, as the list of its members. An object that is filled key by key
 * becomes a dictionary after a dozen keys, and then filling, pricing and writing it costs more than all the rest.
 */
export class AttributeList {
  readonly #identifier: BrazeIdentifier;
  readonly #updateOnly: boolean;
  readonly #fields: AttributeField[];
  readonly #values: unknown[];
  #length = 0;
  #seen: Set<AttributeField> | undefined;

  /** @param expected so many attributes will be added, roughly: lists that grow one by one are copied twice. */
  constructor(identifier: BrazeIdentifier, updateOnly: boolean, expected = 0) {
    this.#identifier = identifier;
    this.#updateOnly = updateOnly;
    this.#fields = new Array<AttributeField>(expected);
    this.#values = new Array<unknown>(expected);
  }

  /** Attributes that were added; identifier and `_update_existing_only` do not count. */
  get length(): number {
    return this.#length;
  }

  /** False: there is one of this name already, or it is the identifier; nothing was added. */
  add(name: string, value: unknown): boolean {
    const field = attributeField(name);
    if (name === this.#identifier.key || this.#has(field)) return false;
    this.#fields[this.#length] = field;
    this.#values[this.#length++] = value;
    this.#seen?.add(field);
    return true;
  }

  /** What `dataPoints` makes of the object. An identifier is looked up, not written, and so it is free. */
  get dataPoints(): number {
    let points = 0;
    for (let i = 0; i < this.#length; i++) {
      const { name, reserved } = this.#fields[i]!;
      const value = this.#values[i];
      // Most attributes are custom and scalar, and need no look into the table of reserved keys.
      if (reserved === undefined && typeof value !== 'object') points++;
      else points += attributePoints(name, value);
    }
    return points;
  }

  write(json: JsonBytes): void {
    json.raw(opening);
    json.raw(identifierNames.get(this.#identifier.key)!);
    json.value(this.#identifier.value);
    json.raw(this.#updateOnly ? onlyUpdates : mayCreate);
    for (let i = 0; i < this.#length; i++) {
      json.raw(this.#fields[i]!.json);
      json.value(this.#values[i]);
    }
    json.raw(closing);
  }

  /** The object itself, for whoever is not in a hurry. */
  toJSON(): Record<string, unknown> {
    const { key, value } = this.#identifier;
    const added = this.#fields.slice(0, this.#length);
    const members: [string, unknown][] = added.map(({ name }, at) => [name, this.#values[at]]);
    return Object.fromEntries([[key, value], ['_update_existing_only', this.#updateOnly], ...members]);
  }

  #has(field: AttributeField): boolean {
    if (this.#length > shortList) {
      this.#seen ??= new Set(this.#fields.slice(0, this.#length));
      return this.#seen.has(field);
    }
    for (let i = 0; i < this.#length; i++) if (this.#fields[i] === field) return true;
    return false;
  }
}
