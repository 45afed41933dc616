/** A document of named keys is accepted as a whole, or rejected with the place of each error and without its values. */
import { createHash } from 'node:crypto'
import { test } from '../support/tap.ts'
import { parseKeys } from '#service/auth/key-file.js'
import { findCaller } from '#service/auth/keys.js'

const CANARY = 'canary-key-0123456789'
const sha256 = (key: string): string => createHash('sha256').update(key).digest('hex')
const tags = (count: number): Record<string, string> => Object.fromEntries([...'abcdefghijk'].slice(0, count).map((tag) => [tag, 'x']))

function parse (document: unknown): { faults: string[], callers: ReturnType<typeof parseKeys> } {
  const faults: string[] = []
  const callers = parseKeys(typeof document === 'string' ? document : JSON.stringify(document), 'API_KEYS_FILE', faults)
  return { faults, callers }
}

test('parses name, scopes and limits of each key, given as text or as digest', async (t) => {
  const { faults, callers } = parse([
    { name: 'shop', key: CANARY, scopes: ['roller:read', 'connect'], tags: { organization_id: 'acme' } },
    {
      name: 'reports', sha256: sha256('another-key-0123456789').toUpperCase(), scopes: ['roller:read'], connections: ['venue-a', 'venue-b']
    },
    { name: 'ops@example.com', key: 'third-key-0123456789', scopes: ['metrics'] },
    { name: 'many', key: 'a-key-of-16-char', scopes: ['metrics'], tags: { ...tags(7), Roller_Venue_Id: '1', roller_environment: 'live' } }
  ])
  t.same(faults, [])
  t.same(callers.map(({ name, scopes, limits }) => ({ name, scopes: [...scopes], limits })), [
    { name: 'shop', scopes: ['roller:read', 'connect'], limits: { tags: { organization_id: 'acme' } } },
    { name: 'reports', scopes: ['roller:read'], limits: { connections: ['venue-a', 'venue-b'] } },
    { name: 'ops@example.com', scopes: ['metrics'], limits: null },
    { name: 'many', scopes: ['metrics'], limits: { tags: { ...tags(7), Roller_Venue_Id: '1', roller_environment: 'live' } } }
  ])
  t.equal(findCaller(callers, CANARY)?.name, 'shop')
  t.equal(findCaller(callers, 'another-key-0123456789')?.name, 'reports')
  for (const wrong of ['', CANARY.slice(1), `${CANARY} `, sha256('another-key-0123456789')]) {
    t.equal(findCaller(callers, wrong), null, wrong)
  }
  t.notMatch(JSON.stringify(callers), CANARY, 'only the digest is kept')
  t.same(parse(`\n ${JSON.stringify([{ name: 'shop', key: CANARY, scopes: ['connect'] }])}`).callers.map(({ name }) => name), ['shop'])
})

test('parses a plain list, separated by commas or lines', async (t) => {
  const { faults, callers } = parse('first-key-of-16c, second-key-0123456789\nthird-key-0123456789\n')
  t.same(faults, [])
  t.same(
    callers.map(({ name, scopes, limits }) => [name, scopes.size, limits]), [['key-1', 8, null], ['key-2', 8, null], ['key-3', 8, null]]
  )
})

test('rejects any other content, with its place and an example', async (t) => {
  const key = { name: 'a', key: CANARY, scopes: ['roller:read'] }
  const cases: [label: string, document: unknown, fault: RegExp][] = [
    ['not JSON', `[{"name": "${CANARY}"`, /^API_KEYS_FILE begins like JSON, but is not valid JSON\. Example: \[/],
    ['an object', { keys: [key] }, /^API_KEYS_FILE is wrong: give a list of at least one key\. Example: /],
    ['an empty list', [], /^API_KEYS_FILE is wrong: give a list of at least one key/],
    ['no object', [CANARY], /^API_KEYS_FILE: key 1 is wrong: give an object/],
    ['no name', [key, { ...key, name: undefined }], /^API_KEYS_FILE: name of key 2 is missing: give a name/],
    ['an odd name', [{ ...key, name: `${CANARY} ${CANARY}` }], /^API_KEYS_FILE: name of key 1 is wrong: give a name of letters/],
    ['a long name', [{ ...key, name: 'a'.repeat(65) }], /^API_KEYS_FILE: name of key 1 is wrong: give a name of letters/],
    ['no scopes', [{ ...key, scopes: undefined }], /^API_KEYS_FILE: scopes of key 1 is missing: give a list of at least one of connect/],
    ['empty scopes', [{ ...key, scopes: [] }], /^API_KEYS_FILE: scopes of key 1 is wrong: give a list/],
    [
      'an unknown scope', [{ ...key, scopes: ['roller:read', CANARY] }],
      /^API_KEYS_FILE: scopes of key 1 is wrong: give one of connect, connections:read/
    ],
    ['a short key', [{ ...key, key: 'canary-short' }], /^API_KEYS_FILE: key of key 1 is wrong: give at least 16 .*openssl/],
    [
      'a digest that is none', [{ ...key, key: undefined, sha256: CANARY }],
      /^API_KEYS_FILE: sha256 of key 1 is wrong: give 64 hexadecimal digits/
    ],
    ['key and digest', [{ ...key, sha256: sha256(CANARY) }], /^API_KEYS_FILE: key 1 needs either key or sha256, and not both/],
    ['neither', [{ ...key, key: undefined }], /^API_KEYS_FILE: key 1 needs either key or sha256/],
    ['a digest of nothing', [{ ...key, key: undefined, sha256: sha256('') }], /^API_KEYS_FILE: sha256 of key 1 is that of an empty text/],
    ['a digest of a line', [{ ...key, key: undefined, sha256: sha256('\n') }], /^API_KEYS_FILE: sha256 of key 1 is that of an empty/],
    ['a key with a space', [{ ...key, key: 'canary with spaces inside' }], /^API_KEYS_FILE: key of key 1 is wrong: give at least 16 vis/],
    ['empty tags', [{ ...key, tags: {} }], /^API_KEYS_FILE: tags of key 1 is wrong: give an object of 1 to 10 tags/],
    ['a tag of no text', [{ ...key, tags: { a: '' } }], /^API_KEYS_FILE: tags of key 1 is wrong/],
    ['a long tag', [{ ...key, tags: { a: 'x'.repeat(256) } }], /^API_KEYS_FILE: tags of key 1 is wrong/],
    ['eight tags', [{ ...key, tags: tags(8) }], new RegExp('^API_KEYS_FILE: tags of key 1 has more than 7 tags that do not begin with ' +
      'roller_: no connection has room for these and its venue\\. Give at most 7\\. Example: \\[')],
    ['eleven tags', [{ ...key, tags: tags(11) }], /^API_KEYS_FILE: tags of key 1 is wrong: give an object of 1 to 10 tags/],
    ['no connections', [{ ...key, connections: [] }], /^API_KEYS_FILE: connections of key 1 is wrong: give a list of 1 to 100/],
    [
      'a connection twice', [{ ...key, connections: ['venue-a', 'venue-a'] }],
      /^API_KEYS_FILE: connections of key 1 is wrong: give a list .* each once/
    ],
    ['a connection without a name', [{ ...key, connections: [''] }], /^API_KEYS_FILE: connections of key 1 is wrong/],
    ['101 connections', [{ ...key, connections: Array.from({ length: 101 }, (_, id) => `${id}`) }], /^API_KEYS_FILE: connections of key 1/],
    ['connections in one text', [{ ...key, connections: 'venue-a,venue-b' }], /^API_KEYS_FILE: connections of key 1 is wrong: give a list/],
    ['a connection that is no text', [{ ...key, connections: ['venue-a', 7] }], /^API_KEYS_FILE: connections of key 1 is wrong/],
    ['tags as a list', [{ ...key, tags: ['acme'] }], /^API_KEYS_FILE: tags of key 1 is wrong: give an object of 1 to 10 tags/],
    [
      'a tag twice, in different case', [{ ...key, tags: { org: 'a', Org: 'b' } }],
      /^API_KEYS_FILE: tags of key 1 has the same tag twice, in different case/
    ],
    [
      'tags by their prototype', `[{"name":"a","key":"${CANARY}","scopes":["roller:read"],"tags":{"__proto__":{"org":"a"}}}]`,
      /^API_KEYS_FILE: key 1 has a property that is not known/
    ],
    ['scopes in one text', [{ ...key, scopes: 'roller:read' }], /^API_KEYS_FILE: scopes of key 1 is wrong: give a list/],
    ['another property', [{ ...key, [CANARY]: 1 }], /^API_KEYS_FILE: key 1 has a property that is not known\. There are name, key/],
    ['a name twice', [key, { ...key, key: 'another-key-0123456789' }], /^API_KEYS_FILE has the same name twice/],
    ['a key twice', [key, { ...key, name: 'b', key: undefined, sha256: sha256(CANARY) }], /^API_KEYS_FILE has the same key twice/],
    ['a short key in a list', 'canary-short,first-key-0123456789', /^API_KEYS_FILE holds a key of fewer than 16 characters/],
    ['no key', ' ,\n', /^API_KEYS_FILE holds no key/],
    ['a key that no header carries', 'canary with spaces inside,first-key-0123456789', /^API_KEYS_FILE holds a key with a space/],
    ['a key beyond ASCII', 'canary-é-0123456789', /^API_KEYS_FILE holds a key with a space or a character beyond ASCII/]
  ]
  for (const [label, document, fault] of cases) {
    const { faults } = parse(document)
    t.equal(faults.length, 1, `${label}: ${faults.join(' | ')}`)
    t.match(faults[0], fault, label)
    t.notMatch(faults.join(), /canary/i, label)
  }
})

test('reports every error of a document at once', async (t) => {
  const { faults } = parse([{ name: '', key: 'short', scopes: ['x'] }, { name: 'b', key: 'also-short', scopes: [] }])
  t.equal(faults.length, 5, faults.join('\n'))
})
