/** `npm run docs:faults`: writes docs/faults.md from the table of the fault matrix. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { packageRoot } from '../../support/places';
import { faultDocument } from './faultDocument';

writeFileSync(join(packageRoot, 'docs', 'faults.md'), faultDocument());
