import assert from 'node:assert/strict';
import fc from 'fast-check';
import { Membership, memberPrefix } from '../../src/run/membership';
import { MemoryStore } from '../../src/store/memoryStore';

const ids = [
  '0b7f3a52-6c1d-4e8f-9a20-5d3c7b1e4f60',
  '0b7f3a52-6c1d-4e8f-9a20-5d3c7b1e4f61',
  '0B7F3A52-6C1D-4E8F-9A20-5D3C7B1E4F61',
  'ffffffff-ffff-ffff-ffff-ffffffffffff',
  'no uuid',
  '~',
  'ünïcode/🙂',
];

const membershipOf = (store: MemoryStore, segment = 'segment') =>
  new Membership(store, JSON.stringify(['goal', segment, 'members']), 'goal', segment);

async function missing(members: Membership, stamp: number): Promise<string[]> {
  const found: string[] = [];
  for await (const { id } of members.missing(stamp)) found.push(id);
  return found;
}

describe('membership', () => {
  const some = fc.subarray(ids);
  const read = fc.record({ seen: some, between: some, ends: fc.boolean(), secondsLater: fc.nat(2) });

  it('knows who was there and is missing, whatever reads ended, and forgets them with the one after', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(read, { maxLength: 8 }), async (reads) => {
        const store = new MemoryStore();
        let now = 1_800_000_000_000;
        let there: Set<string> | undefined;
        for (const { seen, between, ends, secondsLater } of reads) {
          now += secondsLater * 1000;
          // A new object each time: everything is in the store.
          const stamp = await membershipOf(store).beginRead(now);
          await store.commit(membershipOf(store).seen(seen, stamp));
          const gone = [...(there ?? [])].filter((id) => !seen.includes(id));
          assert.deepEqual((await missing(membershipOf(store), stamp)).sort(), gone.sort());
          // Asked again, as a run does that goes on after a crash, the answer is the same.
          assert.deepEqual((await missing(membershipOf(store), stamp)).sort(), gone);
          if (ends) {
            await store.commit([membershipOf(store).completed(stamp)]);
            there = new Set(seen);
          } else if (there) for (const id of seen) there.add(id);
          const lasting = await membershipOf(store).lastComplete();
          assert.equal(lasting !== undefined, there !== undefined);
          if (lasting === undefined) continue;
          await store.commit(membershipOf(store).seen(between, lasting));
          for (const id of between) there?.add(id);
        }
      }),
      { numRuns: 200 },
    );
  });

  it('gives the missing in an order that stays, and takes the entries of long gone ones out of the store', async () => {
    const store = new MemoryStore();
    const members = membershipOf(store);
    const readOf = async (seen: string[]) => {
      const stamp = await members.beginRead(1_800_000_000_000);
      await store.commit(members.seen(seen, stamp));
      const places: string[] = [];
      for await (const { place } of members.missing(stamp)) places.push(place);
      await store.commit([members.completed(stamp)]);
      return places;
    };
    await readOf(ids);
    const places = await readOf([]);
    assert.deepEqual(places, [...places].sort());
    assert.equal(new Set(places).size, ids.length);
    assert.deepEqual(await readOf([]), []);
    for await (const key of store.keys('member', memberPrefix('goal'))) assert.fail(key.toString());
  });

  it('of two segments are apart', async () => {
    const store = new MemoryStore();
    const one = membershipOf(store, 'one');
    const other = membershipOf(store, 'other');
    for (const members of [one, other]) {
      const stamp = await members.beginRead(1_800_000_000_000);
      await store.commit([...members.seen(ids, stamp), members.completed(stamp)]);
    }
    assert.deepEqual((await missing(one, await one.beginRead(1_800_000_001_000))).sort(), [...ids].sort());
    const stamp = await other.beginRead(1_800_000_001_000);
    await store.commit(other.seen(ids, stamp));
    assert.deepEqual(await missing(other, stamp), []);
  });

  it('left over from before a reset means nothing', async () => {
    const store = new MemoryStore();
    const members = membershipOf(store);
    const first = await members.beginRead(1_800_000_000_000);
    await store.commit([...members.seen(ids, first), members.completed(first)]);
    await store.commit([
      { space: 'watermark', key: JSON.stringify(['goal', 'segment', 'members']), value: undefined },
    ]);
    for (const now of [1_800_000_100_000, 1_800_000_200_000]) {
      const stamp = await members.beginRead(now);
      assert.deepEqual(await missing(members, stamp), []);
      await store.commit([members.completed(stamp)]);
    }
  });
});
