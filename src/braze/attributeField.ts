import { Refusal, refusals } from './refusals';
import { type ReservedAttribute, reservedAttributes } from './reservedAttributes';

/** What is known about an attribute's name, whatever its value. */
export interface AttributeField {
  name: string;
  /** `,"name":`, the way a member of an object begins that is not its first. */
  json: Buffer;
  reserved?: ReservedAttribute;
  /** The name itself cannot be sent. */
  refusal?: Refusal;
  /** For values that a reserved key does not take. */
  invalidValue?: Refusal;
}

/** Names come from mappings and so are few; hand-written updates could bring any number. */
const rememberedAtMost = 5_000;
const remembered = new Map<string, AttributeField>();

/** Looks a name up once and remembers it: this runs for every attribute of every profile. */
export function attributeField(name: string): AttributeField {
  let field = remembered.get(name);
  if (field === undefined) {
    if (remembered.size >= rememberedAtMost) remembered.clear();
    field = { name, json: Buffer.from(`,${JSON.stringify(name)}:`), ...describe(name) };
    remembered.set(name, field);
  }
  return field;
}

function describe(name: string): Omit<AttributeField, 'name' | 'json'> {
  if (name === '' || name.trim() !== name) return { refusal: refusals.fieldName };
  const reserved = reservedAttributes.get(name);
  if (reserved === undefined) {
    return reservedAttributes.has(name.toLowerCase()) ? { refusal: refusals.reservedCasing } : {};
  }
  if (reserved.type === 'identifier') return { reserved, refusal: refusals.identifierField };
  if (reserved.type === 'control') return { reserved, refusal: refusals.controlField };
  const invalidValue = new Refusal(`invalid-${name}`);
  if (reserved.type === 'forbidden') return { reserved, refusal: invalidValue };
  return { reserved, invalidValue };
}
