/**
 * Says whether a value is an object as JSON means it: no list, no instance of a class. An object made in another
 * realm counts too (function nodes run in one of their own), hence the look at the chain and not at one prototype.
 */
export function isPlainObject(value: unknown): value is { [key: string]: unknown } {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}
