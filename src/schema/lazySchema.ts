type Zod = typeof import('zod')['z'];

/**
 * A schema that is made when it is first needed. zod itself is loaded only then: it is the heaviest of what would be
 * loaded with the palette, and a Node-RED without flows of ours needs none of it.
 */
export function lazySchema<Schema>(make: (z: Zod) => Schema): () => Schema {
  let made: Schema | undefined;
  return () => {
    made ??= make((require('zod') as typeof import('zod')).z);
    return made;
  };
}
