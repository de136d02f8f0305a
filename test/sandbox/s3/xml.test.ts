import assert from 'node:assert/strict';
import fc from 'fast-check';
import { branch, childText, document, leaf, parseXml } from '../../../src/sandbox/s3/xml';

describe('XML', () => {
  it('reads back any text it wrote, control characters included', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        const parsed = parseXml(document('Delete', branch('Object', leaf('Key', text))));
        assert.equal(childText(parsed.children[0]!, 'Key'), text);
      }),
    );
  });

  it('reads namespaces, attributes, comments, empty elements and decimal references', () => {
    const parsed = parseXml(
      '<?xml version="1.0"?>\n<!-- a > b --><s:Delete xmlns:s="http://x/"><s:Quiet/>\n<Key a="1">&#65;&#x1F600;</Key></s:Delete>\n',
    );
    assert.equal(parsed.name, 'Delete');
    assert.equal(childText(parsed, 'Quiet'), '');
    assert.equal(childText(parsed, 'Key'), 'A\u{1f600}');
  });

  it('refuses what is no well-formed document', () => {
    const broken = [
      '',
      'text',
      '<a>',
      '<a></b>',
      '</a>',
      '<a/><b/>',
      '<a>&unknown;</a>',
      '<a>&amp</a>',
      '<a>&#x110000;</a>',
      '<!DOCTYPE a [<!ENTITY x "y">]><a>&x;</a>',
      '<a><![CDATA[x]]></a>',
    ];
    for (const source of broken) assert.throws(() => parseXml(source), { code: 'MalformedXML' }, source);
  });
});
