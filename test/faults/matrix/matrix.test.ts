import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { packageRoot } from '../../support/places';
import { type CellEnd, runCell } from './cell';
import { faultDocument } from './faultDocument';
import { type FaultKind, faultKinds } from './faults';
import { type OutsideCall, outsideCalls } from './outsideCalls';
import { runSinkCell, type SinkCellEnd } from './sinkCell';
import { sinkCalls, statedFor, statedOutcomes } from './statedOutcomes';

/** Cells at a time: most of their time is spent waiting. */
const sideBySide = 12;

/** Calls after which the other side may hold something new. */
const writes = new Set([
  'POST /users/export/segment',
  'POST /export/segment/cancel',
  'PUT /profileProperties/{id}',
  'PutObject',
  'DeleteObject',
]);
/** The request came to nobody who could have done anything, or was refused by somebody who says so. */
const nothingDone = /^(no such name|refused|TLS error|redirect|status 4(00|01|03|04|13|15|29))$/;
/** It may have been carried out before its answer got lost. */
const openEnd = /^(reset|hang|slow body|broken body|status 5\d\d)$/;

describe('the fault matrix', function () {
  this.timeout(180_000);
  const unhandled: unknown[] = [];
  const note = (reason: unknown) => void unhandled.push(reason);
  let elsewhere: Server;
  let elsewhereUrl: string;
  let strayCalls = 0;

  before(async () => {
    process.on('unhandledRejection', note);
    elsewhere = createServer((_request, response) => {
      strayCalls++;
      response.end();
    });
    elsewhere.listen(0, '127.0.0.1');
    await once(elsewhere, 'listening');
    elsewhereUrl = `http://127.0.0.1:${(elsewhere.address() as AddressInfo).port}`;
  });
  after(() => {
    process.off('unhandledRejection', note);
    elsewhere.close();
  });

  async function eachCell(
    calls: readonly OutsideCall[],
    look: (call: OutsideCall, fault: FaultKind) => Promise<string[]>,
  ): Promise<string[]> {
    const cells = calls.flatMap((call) => faultKinds.map((fault) => ({ call, fault })));
    const wrongs: string[] = [];
    let next = 0;
    await Promise.all(
      Array.from({ length: sideBySide }, async () => {
        while (next < cells.length) {
          const { call, fault } = cells[next++]!;
          const found = await look(call, fault);
          wrongs.push(...found.map((wrong) => `${call.name}, ${fault.name}: ${wrong}`));
        }
      }),
    );
    return wrongs;
  }

  const isSink = ({ name }: OutsideCall) => sinkCalls.some((sink) => sink === name);

  it('states an outcome of every fault, and of no other', () => {
    assert.deepEqual(
      Object.keys(statedOutcomes),
      faultKinds.map(({ name }) => name),
    );
    const names = outsideCalls.map(({ name }) => name);
    for (const { but = {} } of Object.values(statedOutcomes)) {
      for (const name of Object.keys(but)) assert.ok(names.includes(name), name);
    }
  });

  it('every call of every client ends as stated, shows no secret, and says whether it may have been done', async () => {
    const wrongs = await eachCell(
      outsideCalls.filter((call) => !isSink(call)),
      async (call, fault) => {
        const end = await runCell(call, fault, elsewhereUrl);
        const stated = statedFor(fault.name, call);
        const found = [...end.wrongs];
        const happened = inWords(end, fault, stated);
        if (happened !== stated) found.push(`"${happened}" where "${stated}" is stated`);
        if (end.maybeApplied && nothingDone.test(fault.name)) found.push('may be done, it says');
        const mustBeOpen = writes.has(call.name) && openEnd.test(fault.name) && end.told !== 'done';
        if (mustBeOpen && !end.maybeApplied && end.requests > 0) found.push('cannot be done, it says');
        return found;
      },
    );
    assert.deepEqual(wrongs, []);
  });

  it('the rows of both sinks are counted as stated, and the ledger adds up', async () => {
    const wrongs = await eachCell(outsideCalls.filter(isSink), async (call, fault) => {
      const end = await runSinkCell(call, fault, elsewhereUrl);
      const stated = statedFor(fault.name, call);
      const happened = rowsInWords(end);
      return happened === stated ? end.wrongs : [...end.wrongs, `"${happened}" where "${stated}" is stated`];
    });
    assert.deepEqual(wrongs, []);
  });

  it('no call followed a redirect, and nothing was rejected behind anybody’s back', () => {
    assert.equal(strayCalls, 0);
    assert.deepEqual(unhandled, []);
  });

  it('docs/faults.md says the same', () => {
    const written = readFileSync(join(packageRoot, 'docs', 'faults.md'), 'utf8');
    assert.equal(written, faultDocument(), 'Run: npm run docs:faults');
  });
});

function inWords({ told, retry, requests, recovers }: CellEnd, { waits }: FaultKind, stated: string): string {
  if (retry === undefined) return told;
  // On a busy machine a try that waits may not even be sent before its time is up.
  const times = waits ? Number(/×(\d)/.exec(stated)?.[1] ?? 1) : requests;
  const tries = times > 1 ? ` ×${times}` : '';
  return `${retry === 'never' ? 'fails' : 'later'} ${told}${tries}${recovers ? ' mends' : ''}`;
}

function rowsInWords({ plain, once: onlyOnce, error, again }: SinkCellEnd): string {
  // What so few rows make of a run is not what the matrix is about.
  const ended = error !== undefined && error !== 'RUN_TOO_MANY_FAILURES';
  const rows = plain === onlyOnce ? plain : `${plain}, and ${onlyOnce} of what must not be repeated`;
  const outcome = ended && rows === 'unsent' ? `ends ${error}` : rows;
  return again ? `again, then ${outcome}` : outcome;
}
