import assert from 'node:assert/strict';
import fc from 'fast-check';
import { brazeEndpointFault, tenantUrlFault } from '../../nodes/editor/apiAddress';
import {
  bucketFault,
  configFault,
  hostOf,
  identifierFault,
  savedNumber,
  tooManyFault,
  webAddressFault,
  wholeNumberFault,
} from '../../nodes/editor/checks';
import { type Choice, choiceFor, matchingChoices } from '../../nodes/editor/choices';
import { blueconicTenantUrl } from '../../src/blueconic/tenantUrl';
import { instances } from '../../src/braze/instances';

const environment = (name: string) => `\${${name}}`;
const environmentValues = [environment('BRAZE_KEY'), '$(BRAZE_KEY)', ` ${environment('A_B')} `];
const blanks = [undefined, null, '', '  '];

describe('validators', () => {
  const checks: { [name: string]: (value: unknown) => unknown } = {
    'whole number': (value) => wholeNumberFault(value, { min: 1, max: 75 }),
    'web address': (value) => webAddressFault(value),
    'REST endpoint': brazeEndpointFault,
    'tenant URL': tenantUrlFault,
    bucket: bucketFault,
    identifier: identifierFault,
    config: (value) => configFault(value, () => 'missing'),
  };

  for (const [name, check] of Object.entries(checks)) {
    it(`${name}: takes an environment value, and asks for something where nothing is`, () => {
      for (const value of environmentValues) assert.equal(check(value), undefined);
      for (const value of blanks) assert.deepEqual(check(value), { fault: 'required' });
    });
  }

  it('a number is in bounds exactly if it is whole and between them, typed or saved', () => {
    fc.assert(
      fc.property(fc.double({ min: -10, max: 110, noNaN: true }), fc.boolean(), (number, asText) => {
        const fault = wholeNumberFault(asText ? String(number) : number, { min: 1, max: 75 });
        assert.equal(fault === undefined, Number.isInteger(number) && number >= 1 && number <= 75);
      }),
    );
  });

  it('a number tells its bounds, or the one it has', () => {
    assert.deepEqual(wholeNumberFault('x', { min: 1, max: 75 }), {
      fault: 'wholeNumber',
      values: { min: 1, max: 75 },
    });
    assert.deepEqual(wholeNumberFault(0, { min: 1, blank: true }), {
      fault: 'wholeNumberFrom',
      values: { min: 1 },
    });
    assert.equal(wholeNumberFault('', { min: 1, blank: true }), undefined);
    assert.equal(wholeNumberFault(5_000_000_000, { min: 1 }), undefined);
  });

  it('numbers are saved as numbers, everything else as it was typed', () => {
    fc.assert(fc.property(fc.integer(), (number) => assert.equal(savedNumber(` ${number} `), number)));
    assert.equal(savedNumber(environment('SECONDS')), environment('SECONDS'));
    assert.equal(savedNumber('ten'), 'ten');
    assert.equal(savedNumber(' '), '');
  });

  it('a web address needs a scheme for the web, and neither password nor query', () => {
    for (const good of ['https://s3.example.org', 'http://127.0.0.1:9000', 'http://ceph.intern:8080/s3']) {
      assert.equal(webAddressFault(good), undefined, good);
    }
    const bad = [
      's3.example.org',
      'ftp://example.org',
      'https://me:pw@example.org',
      'https://example.org?a=b',
    ];
    for (const address of bad) assert.deepEqual(webAddressFault(address), { fault: 'webAddress' }, address);
    assert.equal(webAddressFault('', { blank: true }), undefined);
  });

  it('every documented instance is a REST endpoint, and no dashboard is', () => {
    for (const { rest, dashboard } of instances) {
      assert.equal(brazeEndpointFault(rest), undefined);
      assert.deepEqual(brazeEndpointFault(dashboard), { fault: 'brazeEndpoint' });
    }
    assert.equal(brazeEndpointFault('http://127.0.0.1:4010'), undefined);
    assert.deepEqual(brazeEndpointFault('http://rest.iad-01.braze.com'), { fault: 'brazeEndpoint' });
  });

  it('a tenant URL is valid in the dialog exactly if the runtime takes it', () => {
    const addresses = [
      'https://a.blueconic.net',
      'a.blueconic.net',
      'https://a.blueconic.net/rest',
      'http://a.net',
    ];
    for (const address of addresses) {
      let taken = true;
      try {
        blueconicTenantUrl(address);
      } catch {
        taken = false;
      }
      assert.equal(tenantUrlFault(address) === undefined, taken, address);
    }
  });

  it('a bucket is a name, not a path', () => {
    for (const good of ['braze-exports', 'Old_Bucket.1']) assert.equal(bucketFault(good), undefined);
    for (const bad of ['ab', 'a/b/c', 's3://exports', 'two words']) {
      assert.deepEqual(bucketFault(bad), { fault: 'bucket' });
    }
  });

  it('an identifier has no spaces inside', () => {
    assert.equal(identifierFault(' 0f3c1e2a '), undefined);
    assert.deepEqual(identifierFault('Newsletter readers'), { fault: 'spaces' });
  });

  it('a configuration must be chosen, there, and complete', () => {
    assert.deepEqual(
      configFault('_ADD_', () => 'valid'),
      { fault: 'required' },
    );
    assert.deepEqual(
      configFault('a', () => 'missing'),
      { fault: 'configMissing' },
    );
    assert.deepEqual(
      configFault('a', () => 'invalid'),
      { fault: 'configInvalid' },
    );
    assert.equal(
      configFault('a', () => 'valid'),
      undefined,
    );
  });

  it('a list of names may be full, but not more', () => {
    assert.equal(tooManyFault(['a', 'b'], 2), undefined);
    assert.deepEqual(tooManyFault(['a', 'b', 'c'], 2), { fault: 'tooMany', values: { max: 2 } });
  });

  it('a label shows the host of an address, and what is no address as it is', () => {
    assert.equal(hostOf('https://rest.fra-01.braze.eu'), 'rest.fra-01.braze.eu');
    assert.equal(hostOf('http://127.0.0.1:4010'), '127.0.0.1:4010');
    assert.equal(hostOf(environment('BRAZE_URL')), environment('BRAZE_URL'));
    assert.equal(hostOf(undefined), '');
  });
});

describe('drop-down choices', () => {
  const choices: Choice[] = [
    { value: 'id-1', label: 'All readers' },
    { value: 'id-2', label: 'Readers of the newsletter' },
    { value: 'read', label: 'Something else' },
    { value: 'id-4', label: 'Buyers' },
  ];

  it('shows what begins with the text before what only contains it, in label and value', () => {
    assert.deepEqual(
      matchingChoices(choices, ' READ').map(({ value }) => value),
      ['id-2', 'read', 'id-1'],
    );
    assert.deepEqual(matchingChoices(choices, ''), choices);
    assert.deepEqual(matchingChoices(choices, 'nothing like it'), []);
  });

  it('never invents or doubles a choice', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 4 }), (typed) => {
        const found = matchingChoices(choices, typed);
        assert.equal(new Set(found).size, found.length);
        assert.ok(found.every((choice) => choices.includes(choice)));
      }),
    );
  });

  it('takes a whole label or value for the choice, the exact value first', () => {
    const twins: Choice[] = [
      { value: 'x', label: 'y' },
      { value: 'y', label: 'z' },
    ];
    assert.equal(choiceFor(twins, 'y')?.label, 'z');
    assert.equal(choiceFor(choices, 'buyers')?.value, 'id-4');
    assert.equal(choiceFor(choices, 'buy'), undefined);
  });
});
