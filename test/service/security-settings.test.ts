/** An empty security setting is an error, and never opens the service. */
import { hash } from 'node:crypto'
import { test } from '../support/tap.ts'
import { readConfig } from '#service/config/config.js'
import { Environment, securityVariables } from '#service/config/environment.js'
import { faultsOf } from './config-faults.ts'

const REAL = { NANGO_SECRET_KEY: 'k' }
/** Every form of an empty list. */
const NOTHINGS = ['', ' ', '\t', ',', ' , ', ',,', '\n,\n']
const LISTS = [
  'API_KEYS', 'NANGO_WEBHOOK_SIGNING_KEY', 'ROLLER_WEBHOOK_SECRET', 'WEBHOOK_TARGET_SECRET', 'CORS_ORIGINS', 'TRUST_PROXY',
  'ROLLER_OPERATIONS_ALLOW', 'ROLLER_OPERATIONS_DENY'
]

test('rejects an empty list, on loopback and on any other address', async (t) => {
  for (const name of LISTS) {
    for (const value of NOTHINGS) {
      for (const more of [{}, { HOST: '0.0.0.0', API_KEYS: 'a-long-enough-key-1234' }]) {
        const faults = faultsOf({ ...REAL, ...more, [name]: value })
        t.equal(faults.length, 1, `${name}=${JSON.stringify(value)}: ${faults.join(' | ')}`)
        t.match(faults[0], new RegExp(`^${name} .*(Example: ${name}=\\S|openssl rand)`))
      }
    }
  }
})

test('rejects empty keys despite AUTH=none', async (t) => {
  for (const API_KEYS of NOTHINGS) {
    t.match(faultsOf({ ...REAL, HOST: '0.0.0.0', AUTH: 'none', API_KEYS }), [/^API_KEYS /, /^AUTH=none disables/], JSON.stringify(API_KEYS))
  }
})

test('rejects a document or a file without keys', async (t) => {
  const dir = t.testdir({ empty: '', blank: ' \n', comma: ',\n', list: '[]', spaced: '[ ]\n', object: '{}', null: 'null' })
  for (const file of ['empty', 'blank', 'comma', 'list', 'spaced', 'object', 'null']) {
    t.match(faultsOf({ ...REAL, API_KEYS_FILE: `${dir}/${file}` }), [/^API_KEYS_FILE /], file)
  }
  for (const API_KEYS of ['[]', ' [ ] ', '{}']) t.match(faultsOf({ ...REAL, API_KEYS }), [/^API_KEYS /], API_KEYS)
})

test('rejects the digest of an empty key', async (t) => {
  for (const nothing of ['', '\n']) {
    const API_KEYS = JSON.stringify([{ name: 'shop', sha256: hash('sha256', nothing), scopes: ['roller:read'] }])
    t.match(faultsOf({ ...REAL, API_KEYS }), [/^API_KEYS: sha256 of key 1 is that of an empty text/])
  }
})

test('rejects every other empty security setting, and its empty file', async (t) => {
  for (const name of securityVariables) {
    for (const given of [name, `${name}_FILE`]) {
      for (const value of ['', '  ']) {
        const faults = faultsOf({ ...(name !== 'NANGO_SECRET_KEY' && REAL), [given]: value })
        t.match(faults[0], new RegExp(`^${given} is set but empty.*Example: ${given}=\\S`), given)
        t.equal(faults.filter((fault) => fault.startsWith(`${name} is missing`)).length, 0, faults.join(' | '))
      }
    }
  }
})

test('reports nothing but the invalid setting on an address that others reach', async (t) => {
  for (const name of ['API_KEYS', 'JWT_ISSUER']) {
    for (const [given, value] of [[name, ''], [`${name}_FILE`, '/missing']] as const) {
      const faults = faultsOf({ ...REAL, HOST: '0.0.0.0', [given]: value })
      t.match(faults, [new RegExp(`^${given} is `)], given)
      t.equal(faults.length, 1, faults.join(' | '))
    }
  }
})

test('does not start the sandbox with an empty Nango key', async (t) => {
  for (const source of [{ NANGO_SECRET_KEY: '' }, { NANGO_SECRET_KEY_FILE: '' }, { NANGO_SECRET_KEY: ' ', SANDBOX: 'true' }]) {
    t.match(faultsOf(source), [/^NANGO_SECRET_KEY(_FILE)? is set but empty/])
  }
  t.match(faultsOf({ NANGO_SECRET_KEY: 'two words' }), [/^NANGO_SECRET_KEY must contain visible ASCII/])
})

test('accepts a list with one value left', async (t) => {
  const config = readConfig(
    { ...REAL, API_KEYS: ',a-long-enough-key-1234,', NANGO_WEBHOOK_SIGNING_KEY: 'one,', CORS_ORIGINS: ',https://a.example' }
  )
  t.match(config, { keys: [{ name: 'key-1' }], nango: { webhookSigningKeys: ['one'] }, corsOrigins: ['https://a.example'] })
})

test('uses the default of any other empty variable', async (t) => {
  const names = Object.keys(Environment.properties) as (keyof Environment)[] // a literal's own keys
  const empty = Object.fromEntries(names.filter((name) => !securityVariables.has(name)).map((name) => [name, '']))
  t.match(readConfig({ ...empty, ...REAL }), {
    port: 3000, nango: { host: 'https://api.nango.dev' }, redisUrl: null, logLevel: 'info', loopbackOnly: true
  })
})
