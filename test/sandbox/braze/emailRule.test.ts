import assert from 'node:assert/strict';
import { isAcceptableEmail } from '../../../src/sandbox/braze/emailRule';

describe('sandbox Braze: e-mail rule', () => {
  const taken = [
    'mira.k@example.org',
    'a@b.co',
    'first+tag@shop.example.com',
    'ab@gmail.com',
    'under_score-dash.dot@outlook.com',
    'name+anything!goes@hotmail.com',
    `${'x'.repeat(64)}@example.org`,
    'someone@xn--kln-sna.de',
    'someone@shop.xn--p1ai',
  ];
  const refused = [
    '',
    'nobody',
    '@example.org',
    'a b@example.org',
    'a@exam ple.org',
    '.dot@example.org',
    'dot.@example.org',
    `${'x'.repeat(65)}@example.org`,
    'a@gmail.com',
    'odd!sign@live.com',
    'two..dots@msn.com',
    'a@localhost',
    'a@example.123',
    'a@köln.de',
    'a@-bad.org',
    'a@@example.org',
    'a@shop.invalid',
  ];
  for (const email of taken) it(`takes ${email}`, () => assert.equal(isAcceptableEmail(email), true));
  for (const email of refused) it(`refuses "${email}"`, () => assert.equal(isAcceptableEmail(email), false));
});
