/** An empty option that restricts or authenticates fails the registration. */
import { test } from '../support/tap.ts'
import { parseOptions } from '#plugin/options.js'

const nango = { secretKey: 'a-key' }
const CANARY = 'canary-8d2c'

function messageFor (options: object): string {
  try {
    parseOptions({ nango, authorize: 'open', ...options })
  } catch (error) {
    if (error instanceof Error) return error.message
  }
  return ''
}

test('rejects empty security options', async (t) => {
  const cases: [options: object, name: string][] = [
    [{ nango: { secretKey: '' } }, 'nango.secretKey'], [{ nango: { secretKey: ' ' } }, 'nango.secretKey'],
    [{ nango: { ...nango, webhookSigningKeys: [] } }, 'nango.webhookSigningKeys'],
    [{ nango: { ...nango, webhookSigningKeys: [''] } }, 'nango.webhookSigningKeys.0'],
    [{ nango: { ...nango, webhookSigningKeys: [' '] } }, 'nango.webhookSigningKeys.0'],
    [{ rollerWebhookSecrets: [] }, 'rollerWebhookSecrets'], [{ rollerWebhookSecrets: [' '.repeat(20)] }, 'rollerWebhookSecrets.0'],
    [{ operations: {} }, 'operations'], [{ operations: { allow: undefined } }, 'operations'],
    [{ operations: { allow: [] } }, 'operations.allow'], [{ operations: { deny: [] } }, 'operations.deny'],
    [{ operations: { deny: [''] } }, 'operations.deny'],
    [{ connection: '' }, 'connection'], [{ publicUrl: '' }, 'publicUrl']
  ]
  for (const [options, name] of cases) t.match(messageFor(options), `option ${name} is wrong`, JSON.stringify(options))
})

test('accepts missing ones', async (t) => {
  t.equal(messageFor({}), '')
  t.equal(messageFor({ rollerWebhookSecrets: undefined, operations: undefined, nango: { ...nango, webhookSigningKeys: undefined } }), '')
})

test('rejects an address of Nango with credentials, a query or a fragment, without its value', async (t) => {
  const wrong = [
    `https://user:${CANARY}@nango.example.com`, `https://${CANARY}@nango.example.com`, `https://nango.example.com?key=${CANARY}`,
    `https://nango.example.com#${CANARY}`, `http://[${CANARY}`, `https://nango.example.com:${CANARY}`, `nango.example.com/${CANARY}`
  ]
  for (const host of wrong) {
    const message = messageFor({ nango: { ...nango, host } })
    t.match(message, /option nango\.host is wrong: expected an http or https address without query or credentials/, host)
    t.notMatch(message, CANARY)
  }
  for (const host of ['http://nango-server:3003', 'https://nango.example.com/', 'https://example.com/nango', 'http://[::1]:3003']) {
    t.equal(messageFor({ nango: { ...nango, host } }), '', host)
  }
})
