/** /health: the process is alive. /ready: it can serve, from Nango's acceptance of the key until shutdown. */
import { createConnection } from 'node:net'
import { test } from '../support/tap.ts'
import { holdsNoSecret } from '../support/build.ts'
import { service, until } from './fixture.ts'

test('is healthy, whatever the state of Nango', async (t) => {
  const { app, nango } = await service(t)
  await nango.close()
  const response = await app.inject({ url: '/health' })
  t.equal(response.statusCode, 200)
  t.same(response.json(), { status: 'ok' })
})

test('is ready once Nango has accepted the key, and stays ready', async (t) => {
  const built = await service(t)
  const { app, nango } = built
  nango.setOptions({ scopes: [] })
  const warnings: unknown[] = []
  app.log.warn = (fields: object) => { if ('step' in fields) warnings.push(fields) }
  for (let probe = 0; probe < 3; probe++) {
    const response = await app.inject({ url: '/ready' })
    t.equal(response.statusCode, 503)
    t.match(
      response.json(),
      {
        status: 'not-ready',
        steps: [
          { step: 'nango-reachable', result: 'ok' }, { step: 'key-valid', result: 'ok' },
          { step: 'integration-is-roller', result: 'ok' }, { step: 'scopes-granted', result: 'failed', hint: /scopes/ }
        ]
      }
    )
    holdsNoSecret(t, response.body, built)
  }
  t.equal(nango.requests.filter(({ url }) => url === '/health').length, 1, 'probes in a row ask Nango once')
  t.match(warnings, [{ step: 'scopes-granted', detail: String, hint: String }])
  t.equal(warnings.length, 1, 'and log the cause once')
  nango.setOptions({ scopes: null })
  const now = Date.now
  t.teardown(() => { Date.now = now })
  Date.now = () => now() + 3_000
  t.match((await app.inject({ url: '/ready' })).json(), { status: 'ready' })
  await nango.close()
  Date.now = () => now() + 6_000
  t.equal((await app.inject({ url: '/ready' })).statusCode, 200, 'a passing fault of Nango takes no replica out')
})

test('is ready with a key that has only the required scopes', async (t) => {
  for (const [transport, name] of [['nango', 'environment:proxy'], ['direct', 'environment:connections:read_credentials']] as const) {
    const scopes = [name, ...['list', 'read', 'update'].map((right) => `environment:connections:${right}`)]
    const { app } = await service(t, { ROLLER_TRANSPORT: transport }, { scopes })
    t.match((await app.inject({ url: '/ready' })).json(), { status: 'ready' }, transport)
  }
})

test('is not ready while another server, or none, is at Nango\'s address', async (t) => {
  const { app, nango } = await service(t)
  nango.faults.always({ kind: 'html', status: 200 })
  t.match(
    (await app.inject({ url: '/ready' })).json(),
    { status: 'not-ready', steps: [{ step: 'nango-reachable', result: 'failed', hint: /NANGO_HOST/ }] }
  )
  const other = await service(t)
  await other.nango.close()
  t.match(
    (await other.app.inject({ url: '/ready' })).json(),
    { status: 'not-ready', steps: [{ step: 'nango-reachable', result: 'failed', hint: /NANGO_HOST/ }] }
  )
})

test('is not ready during shutdown, while a call is finished', async (t) => {
  const { app, nango } = await service(t, {}, { proxyDelay: 150 })
  await app.inject({ url: '/ready' })
  const { port } = new URL(await app.listen({ host: '127.0.0.1', port: 0 }))
  const socket = createConnection(Number(port), '127.0.0.1')
  let received = ''
  socket.on('data', (chunk) => { received += chunk.toString() })
  const ended = new Promise<void>((resolve) => { socket.once('close', () => resolve()) })
  socket.write('GET /roller/venues/me HTTP/1.1\r\nhost: localhost\r\nconnection-id: demo-venue\r\n\r\n')
  await until(() => nango.requests.some(({ url }) => url.startsWith('/proxy/venues')))
  const closed = app.close()
  socket.write('GET /ready HTTP/1.1\r\nhost: localhost\r\n\r\n')
  await ended
  await closed
  t.same(received.match(/HTTP\/1\.1 \d+/g), ['HTTP/1.1 200', 'HTTP/1.1 503'])
  t.match(received, '{"status":"draining"}')
})

test('is not ready while draining, despite a late check, and still serves calls', async (t) => {
  const { app, nango } = await service(t)
  nango.faults.always({ path: /^\/integrations/, kind: 'slow', delay: 100 })
  const late = app.inject({ url: '/ready' })
  await until(() => nango.requests.length > 0)
  app.drain()
  for (const response of [await late, await app.inject({ url: '/ready' })]) {
    t.equal(response.statusCode, 503)
    t.same(response.json(), { status: 'draining' })
  }
  t.equal((await app.inject({ url: '/health' })).statusCode, 200)
  t.equal((await app.inject({ url: '/roller/venues/me', headers: { 'connection-id': 'demo-venue' } })).statusCode, 200)
})

test('serves requests on a kept connection during shutdown, and closes it', async (t) => {
  const { app, nango } = await service(t, {}, { proxyDelay: 150 })
  const { port } = new URL(await app.listen({ host: '127.0.0.1', port: 0 }))
  const socket = createConnection(Number(port), '127.0.0.1')
  let received = ''
  socket.on('data', (chunk) => { received += chunk.toString() })
  const ended = new Promise<void>((resolve) => { socket.once('close', () => resolve()) })
  const call = 'GET /roller/venues/me HTTP/1.1\r\nhost: localhost\r\nconnection-id: demo-venue\r\n\r\n'
  socket.write(call)
  await until(() => nango.requests.some(({ url }) => url.startsWith('/proxy')))
  const closed = app.close()
  socket.write(call.replace('/venues/me', '/products'))
  await ended
  await closed
  t.same(received.match(/HTTP\/1\.1 \d+/g), ['HTTP/1.1 200', 'HTTP/1.1 200'])
  t.match(received.slice(received.lastIndexOf('HTTP/1.1')), /\r\nconnection: close\r\n/i)
})
