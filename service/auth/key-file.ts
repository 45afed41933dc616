/** API keys in the operator's file: a plain list, or a JSON document that gives each key a name, scopes and connections. */
import { Type, type Static } from '@sinclair/typebox'
import { Value } from '@sinclair/typebox/value'
import { isReserved, MAX_OWN_TAGS, MAX_TAGS } from 'fastify-roller/internal'
import { ALL_SCOPES, SCOPES } from './caller.ts'
import { digestOf, type KeyedCaller } from './keys.ts'

const MIN_KEY_LENGTH = 16
/** Upper bound of connections: each costs a request to Nango when the caller lists its connections. */
const MAX_CONNECTIONS = 100

/** SHA-256 of an empty text and of an empty line: the result of `printf %s "$KEY" | sha256sum` if KEY is not set. */
const EMPTY_DIGESTS: ReadonlySet<string> = new Set(['', '\n'].map((nothing) => digestOf(nothing).toString('hex')))

const scopeRule = `a list of at least one of ${SCOPES.join(', ')}`

/** `expected` completes the error message; the value itself is never repeated. */
const NamedKey = Type.Object({
  name: Type.String({ pattern: '^[\\w.@-]{1,64}$', expected: 'a name of letters, digits, and . _ @ -' }),
  key: Type.Optional(
    Type.String(
      {
        minLength: MIN_KEY_LENGTH,
        pattern: '^[\\x21-\\x7e]+$',
        expected: `at least ${MIN_KEY_LENGTH} visible ASCII characters. Make one with: openssl rand -hex 32`
      }
    )
  ),
  sha256: Type.Optional(
    Type.String({ pattern: '^[0-9a-fA-F]{64}$', expected: "64 hexadecimal digits. Make them with: printf %s 'the key' | sha256sum" })
  ),
  scopes: Type.Array(
    Type.Union(SCOPES.map((scope) => Type.Literal(scope)), { expected: `one of ${SCOPES.join(', ')}` }),
    { minItems: 1, expected: scopeRule }
  ),
  tags: Type.Optional(Type.Record(
    Type.String({ pattern: '^[A-Za-z][A-Za-z0-9_./-]{0,63}$' }), Type.String({ minLength: 1, maxLength: 255, expected: 'a text' }),
    {
      minProperties: 1,
      maxProperties: MAX_TAGS,
      additionalProperties: false,
      expected: `an object of 1 to ${MAX_TAGS} tags, such as {"organization_id": "acme"}`
    }
  )),
  connections: Type.Optional(Type.Array(Type.String({ minLength: 1, maxLength: 255, expected: 'a connection id' }), {
    minItems: 1, maxItems: MAX_CONNECTIONS, uniqueItems: true, expected: `a list of 1 to ${MAX_CONNECTIONS} connection ids, each once`
  }))
}, { additionalProperties: false, expected: 'an object with name, key or sha256, scopes, and perhaps tags or connections' })
const NamedKeys = Type.Array(NamedKey, { minItems: 1, expected: 'a list of at least one key' })

export const KEYS_EXAMPLE = '[{"name": "shop", "sha256": "…", "scopes": ["roller:read"], "tags": {"organization_id": "acme"}}]'

/**
 * @param text of API_KEYS, or of the file that API_KEYS_FILE names
 * @param source the variable's name, for messages
 */
export function parseKeys (text: string, source: string, faults: string[]): KeyedCaller[] {
  return /^\s*[[{]/.test(text) ? parseDocument(text, source, faults) : parseList(text, source, faults)
}

/** Keys of a plain list have every scope. */
function parseList (text: string, source: string, faults: string[]): KeyedCaller[] {
  const keys = text.split(/[,\n]/).map((key) => key.trim()).filter((key) => key !== '')
  if (keys.length === 0) faults.push(`${source} holds no key. Make one with: openssl rand -hex 32`)
  if (keys.some((key) => key.length < MIN_KEY_LENGTH)) {
    faults.push(`${source} holds a key of fewer than ${MIN_KEY_LENGTH} characters. Make one with: openssl rand -hex 32`)
  }
  if (keys.some((key) => !/^[\x21-\x7e]*$/.test(key))) {
    faults.push(
      `${source} holds a key with a space or a character beyond ASCII, which no header carries. Make one with: openssl rand -hex 32`
    )
  }
  return keys.map((key, index) => ({ name: `key-${index + 1}`, digest: digestOf(key), scopes: ALL_SCOPES, limits: null }))
}

function parseDocument (text: string, source: string, faults: string[]): KeyedCaller[] {
  let document: unknown
  try {
    document = JSON.parse(text)
  } catch {
    // The parser's own message quotes its input, which may be a key.
    faults.push(`${source} begins like JSON, but is not valid JSON. Example: ${KEYS_EXAMPLE}`)
    return []
  }
  const wrong = documentFaults(document, source)
  faults.push(...wrong)
  return wrong.length > 0 ? [] : (document as Static<typeof NamedKeys>).map(toCaller) // validated by documentFaults
}

function documentFaults (document: unknown, source: string): string[] {
  const faults = shapeFaults(document, source)
  return faults.length > 0 ? faults : keyFaults(document as Static<typeof NamedKeys>, source) // validated by shapeFaults
}

/** The first one of each field. */
function shapeFaults (document: unknown, source: string): string[] {
  const found = new Map<string, string>()
  for (const { path, schema, message } of Value.Errors(NamedKeys, document)) {
    const [, index = '', field = ''] = path.split('/')
    const key = `key ${Number(index) + 1}`
    const place = index === '' ? source : `${source}: ${field === '' ? '' : `${field} of `}${key}`
    if (found.has(place)) continue
    // A property that is not known may be a misplaced key, so it is not repeated.
    const fault = message === 'Unexpected property'
      ? `${source}: ${key} has a property that is not known. There are name, key, sha256, scopes, tags and connections.`
      : `${place} is ${message === 'Expected required property' ? 'missing' : 'wrong'}: give ` +
        `${String(schema.expected ?? 'what the example shows')}.`
    found.set(place, `${fault} Example: ${KEYS_EXAMPLE}`)
  }
  return [...found.values()]
}

function keyFaults (keys: Static<typeof NamedKeys>, source: string): string[] {
  const ofEach = (isWrong: (key: Static<typeof NamedKey>) => boolean, fault: (key: string) => string): string[] =>
    keys.flatMap((key, index) => isWrong(key) ? [fault(`key ${index + 1}`)] : [])
  const twice = (what: string, values: readonly string[]): string[] =>
    new Set(values).size < values.length ? [`${source} has the same ${what} twice. Give each caller its own. Example: ${KEYS_EXAMPLE}`] : []
  const digests = keys.map((key) => digestOfNamed(key).toString('hex'))
  return [
    ...ofEach(({ key, sha256 }) => (key === undefined) === (sha256 === undefined),
      (key) => `${source}: ${key} needs either key or sha256, and not both. Example: ${KEYS_EXAMPLE}`),
    // Nango stores tags in lower case: of two that differ only in case, one would be ignored and the key would reach more connections.
    ...ofEach(({ tags = {} }) => new Set(Object.keys(tags).map((tag) => tag.toLowerCase())).size < Object.keys(tags).length,
      (key) => `${source}: tags of ${key} has the same tag twice, in different case. Give each tag once, in lower case. Example: ` +
        `${KEYS_EXAMPLE}`),
    ...ofEach(({ tags = {} }) => Object.keys(tags).filter((tag) => !isReserved(tag)).length > MAX_OWN_TAGS,
      (key) => `${source}: tags of ${key} has more than ${MAX_OWN_TAGS} tags that do not begin with roller_: no connection has room for ` +
        `these and its venue. Give at most ${MAX_OWN_TAGS}. Example: ${KEYS_EXAMPLE}`),
    ...ofEach((key) => key.sha256 !== undefined && EMPTY_DIGESTS.has(digestOfNamed(key).toString('hex')),
      (key) => `${source}: sha256 of ${key} is that of an empty text: its key was not set. Make one with: openssl rand -hex 32`),
    ...twice('name', keys.map(({ name }) => name)),
    ...twice('key', digests)
  ]
}

function toCaller (named: Static<typeof NamedKey>): KeyedCaller {
  const { name, scopes, tags, connections } = named
  return {
    name,
    digest: digestOfNamed(named),
    scopes: new Set(scopes),
    limits: tags === undefined && connections === undefined
      ? null
      : {
          ...(tags !== undefined && { tags }), ...(connections !== undefined && { connections })
        }
  }
}

function digestOfNamed ({ key, sha256 }: Pick<Static<typeof NamedKey>, 'key' | 'sha256'>): Buffer {
  return sha256 === undefined ? digestOf(key ?? '') : Buffer.from(sha256, 'hex')
}
