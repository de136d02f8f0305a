/** Which property was read, by the names that lead there from the record. */
export type Read = readonly (string | symbol)[];

/** The record, writing down every property of it, at any depth, that somebody reads or asks for. */
export function watched<Value extends object>(value: Value, reads: Read[], place: Read = []): Value {
  const note = (key: string | symbol) => reads.push([...place, key]);
  return new Proxy(value, {
    get(target, key) {
      note(key);
      const found: unknown = Reflect.get(target, key);
      return typeof found === 'object' && found !== null ? watched(found, reads, [...place, key]) : found;
    },
    has(target, key) {
      note(key);
      return Reflect.has(target, key);
    },
    getOwnPropertyDescriptor(target, key) {
      note(key);
      return Reflect.getOwnPropertyDescriptor(target, key);
    },
    ownKeys(target) {
      note('(all names)');
      return Reflect.ownKeys(target);
    },
  });
}
