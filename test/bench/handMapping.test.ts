import assert from 'node:assert/strict';
import { deltaRecord } from '../../bench/data/deltaRecord';
import { exportMapping } from '../../bench/data/exportMapping';
import { handMapped } from '../../bench/data/handMapping';
import { trackObjects } from '../../src/braze/trackObjects';
import { compileMapping } from '../../src/mapping/compileMapping';

describe('the mapping by hand that peers are measured with', () => {
  it('sends what the mapping document says', () => {
    const mapping = compileMapping(exportMapping);
    for (let index = 0; index < 500; index++) {
      const record = deltaRecord(1, index);
      const result = mapping.map({ ...record });
      assert.equal(result.kind, 'update');
      if (result.kind !== 'update') return;
      const made = trackObjects(result.update);
      assert.ok('attributes' in made);
      const { external_id, _update_existing_only, ...attributes } = JSON.parse(
        JSON.stringify(made.attributes),
      );
      const { externalId, standard, custom } = handMapped(record);
      assert.equal(external_id, externalId);
      assert.equal(_update_existing_only, true);
      // By hand, times keep the milliseconds that `toISOString` writes.
      const byHand = JSON.stringify({ ...standard, ...custom }).replaceAll('.000Z', 'Z');
      assert.deepEqual(JSON.parse(byHand), attributes);
    }
  });
});
