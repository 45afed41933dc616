/** ROLLER's list of webhooks in any shape: its document shows one registration, and the list has those of other programs. */
import { test } from '../support/tap.ts'
import type { RollerClient } from '#plugin/client/client.js'
import { Subscriptions } from '#plugin/webhooks/subscriptions.js'

const baseUrl = 'https://gateway.example.com'

function start (response: unknown, publicUrl: string | null = baseUrl) {
  const sent: string[] = []
  const client = { request: async (name: string) => { sent.push(name); return response } } as unknown as RollerClient // what is used of it
  return { sent, subscriptions: new Subscriptions({ client, baseUrl: publicUrl ?? undefined, secrets: ['a-secret-of-the-webhooks'] }) }
}

const configuration = { url: `${baseUrl}/webhooks/roller/venue`, enabled: true, webhooks: {} }

test('finds this gateway\'s registration, alone or among anything else', async (t) => {
  const own = { webhookId: 7, configuration }
  const odd = [null, {}, { webhookId: '8', configuration }, { webhookId: 9, configuration: { url: 7 } }]
  for (const response of [own, [own], [...odd, own]]) {
    const { subscriptions } = start(response)
    t.same(await subscriptions.list('venue'), [{ webhookId: 7, ...configuration }])
  }
  const bare = { webhookId: 7, configuration: { url: configuration.url } }
  t.same(await start([bare]).subscriptions.list('venue'), [{ webhookId: 7, url: configuration.url, enabled: false, webhooks: {} }])
  for (const response of [null, undefined, 'none', odd]) t.same(await start(response).subscriptions.list('venue'), [])
})

test('finds the registration of a connection whose id has other characters than a URL', async (t) => {
  const url = `${baseUrl}/webhooks/roller/a%2Fb%20c`
  t.match(await start([{ webhookId: 7, configuration: { ...configuration, url } }]).subscriptions.list('a/b c'), [{ webhookId: 7, url }])
})

test('rejects a registration without an id', async (t) => {
  await t.rejects(start({}).subscriptions.subscribe('venue'), { code: 'ROLLER_ERR_INVALID_RESPONSE' })
})

test('has nothing to delete without a public address', async (t) => {
  const { sent, subscriptions } = start([{ webhookId: 7, configuration }], null)
  t.equal(await subscriptions.remove('venue'), 0)
  t.same(sent, [])
})
