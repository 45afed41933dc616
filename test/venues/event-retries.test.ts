/** A connection event whose handler failed, such as a webhook target that returned 503, is retried until it succeeds. */
import { createHmac } from 'node:crypto'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { test } from '../support/tap.ts'
import { createWebhookTarget } from '#service/http/webhook-target.js'
import { build } from '../support/build.ts'
import { ManualClock } from '../support/manual-clock.ts'
import { SIGNING_KEY, start, until } from './fixture.ts'

const SECRET = `whsec_${Buffer.alloc(32, 7).toString('base64')}`

test('delivers connection.created to a target that first returned 503', async (t) => {
  const got: string[] = []
  let status = 503
  const server = createServer((request, response) => {
    let body = ''
    request.on('data', (chunk) => { body += chunk })
    request.on('end', () => {
      got.push(JSON.parse(body).name)
      response.writeHead(status).end()
    })
  })
  await new Promise<void>((resolve) => { server.listen(0, '127.0.0.1', resolve) })
  t.teardown(() => { server.closeAllConnections(); server.close() })
  const target = createWebhookTarget({ url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, secrets: [SECRET] })
  t.teardown(() => target.close())
  const clock = new ManualClock()
  const { app, log } = await build(t, { options: { clock, onEvent: target.send } })

  t.equal((await app.inject({ method: 'POST', url: '/connections', payload: { clientId: 'new', clientSecret: 's' } })).statusCode, 201)
  await until(() => log().includes('is delivered again'))
  t.same(got, ['connection.created'])
  clock.advance(1_000)
  await until(() => got.length === 2)
  status = 200
  await until(() => clock.waits.some((ms) => ms <= 2_000)) // not the timeout of handlers
  clock.advance(2_000)
  await until(() => log().includes('was handled after its handlers had failed'))
  t.same(got, ['connection.created', 'connection.created', 'connection.created'])
  clock.advance(3_600_000)
  t.equal(got.length, 3)
})

test('reports the number of lost events on close', async (t) => {
  const clock = new ManualClock()
  const { app, log } = await build(t, { options: { clock, onEvent: () => { throw new Error('no room') } } })
  for (const clientId of ['a', 'b']) await app.inject({ method: 'POST', url: '/connections', payload: { clientId, clientSecret: 's' } })
  await until(() => log().split('is delivered again').length === 3)
  await app.close()
  t.match(log(), /"left":2/)
  t.equal(clock.waiting, 0)
})

test('emits no events for connections that do not exist or belong to another integration', async (t) => {
  const { app, events } = await start(t, { webhooks: false })
  const report = async (connectionId: string, operation: string, success = true, providerConfigKey = 'roller'): Promise<number> => {
    const payload = JSON.stringify(
      {
        from: 'nango',
        type: 'auth',
        connectionId,
        providerConfigKey,
        operation,
        success,
        environment: 'dev',
        provider: 'roller',
        authMode: 'OAUTH2_CC'
      }
    )
    const headers = {
      'content-type': 'application/json', 'x-nango-hmac-sha256': createHmac('sha256', SIGNING_KEY).update(payload).digest('hex')
    }
    return (await app.inject({ method: 'POST', url: '/webhooks/nango', headers, payload })).statusCode
  }
  for (const operation of ['creation', 'override', 'refresh']) {
    for (const success of [true, false]) t.equal(await report('unknown', operation, success), 204, `${operation} ${success}`)
  }
  for (const operation of ['creation', 'override', 'refresh', 'deletion']) {
    t.equal(await report('demo-venue', operation, true, 'another'), 204)
  }
  t.equal(await report('demo-venue', 'deletion'), 204)
  t.same(events, [], 'a deletion of a connection that is there is none either')
})
