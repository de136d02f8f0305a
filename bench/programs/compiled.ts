import { join } from 'node:path';
import { packageRoot } from '../../test/support/places';

/**
 * Loads a module of the product as it was built, without the TypeScript loader between: measurements must run the code
 * that users run. @param path below `src`, without extension.
 */
export function compiled<Module>(path: string): Module {
  return require(join(packageRoot, 'dist', 'src', `${path}.js`)) as Module;
}
