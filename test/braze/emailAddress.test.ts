import assert from 'node:assert/strict';
import { isBrazeEmail } from '../../src/braze/emailAddress';

describe('e-mail addresses as Braze takes them', () => {
  it('takes ordinary ones', () => {
    const good = [
      'mira.k@example.org',
      'm@example.co.uk',
      'Mira+news@xn--mnchen-3ya.de',
      "o'hara@example.org",
      'ab@gmail.com',
      'mira.k-x+news@outlook.com',
      `${'a'.repeat(64)}@example.org`,
    ];
    for (const email of good) assert.equal(isBrazeEmail(email), true, email);
  });

  it('refuses those that would cost the whole object', () => {
    const bad = [
      '',
      'mira',
      '@example.org',
      'mira@',
      'mira@example',
      'mi ra@example.org',
      'mira@exam ple.org',
      'mira@example.org\n',
      '.mira@example.org',
      'mira.@example.org',
      'mira@@example.org',
      'mira@münchen.de',
      'mira@-example.org',
      'mira@example..org',
      'mira@127.0.0.1',
      'a@gmail.com',
      'a!b@hotmail.com',
      '-a@outlook.com',
      `${'a'.repeat(65)}@example.org`,
      `mira@${'a.'.repeat(130)}org`,
    ];
    for (const email of bad) assert.equal(isBrazeEmail(email), false, email);
  });
});
