/** The log has one line for each request, without private data of callers and venues. */
import tap, { test } from '../support/tap.ts'
import { CLIENT_SECRET, SECRET_KEY, startSimulators, VENUE } from '../support/build.ts'
import { KEY, startProcess, until } from './fixture.ts'

tap.setTimeout(120_000) // starting a process is slow on a busy machine

test('logs method, route, status, responder and duration; no query value, no body, no secret', async (t) => {
  const { nango } = await startSimulators(t)
  const service = startProcess(t, { PORT: '0', NANGO_SECRET_KEY: SECRET_KEY, NANGO_HOST: nango.url, API_KEYS: KEY, LOG_LEVEL: 'trace' })
  const url = await service.url()
  const authorization = `Bearer ${KEY}`
  const posted = JSON.stringify({ clientId: 'acme', clientSecret: 'canary-posted', tags: { a: 'canary-tag' } })
  const calls: [path: string, init?: RequestInit][] = [
    ['/roller/venues/me?canary-query=1', { headers: { ...VENUE, authorization, 'x-request-id': 'known-1', cookie: 'canary-cookie' } }],
    ['/roller/canary-path?x=canary-query', { headers: { ...VENUE, authorization } }],
    ['/connections', { method: 'POST', headers: { authorization, 'content-type': 'application/json' }, body: posted }],
    [
      '/connections',
      { method: 'POST', headers: { authorization, 'content-type': 'application/json' }, body: posted.replace('canary-posted', 'wrong') }
    ],
    ['/connections?search=canary-query', { headers: { authorization: 'Bearer canary-wrong-key' } }],
    ['/canary-nothing?x=canary-query', {}],
    ['/health', {}],
    ['/roller/%ffcanary?x=canary-query', { headers: { ...VENUE, authorization } }]
  ]
  const statuses: number[] = []
  for (const [path, init] of calls) statuses.push((await fetch(url + path, init)).status)
  nango.faults.always({ kind: 'reset' })
  statuses.push((await fetch(`${url}/connect-session?canary-query`, { method: 'POST', headers: { authorization } })).status)
  t.same(statuses, [200, 404, 201, 400, 401, 404, 200, 400, 502])

  const lines = (): Record<string, unknown>[] => service.stdout().split('\n').filter(
    (line) => line.startsWith('{')
  ).map((line) => JSON.parse(line))
  const requests = () => lines().filter(({ msg }) => msg === 'request')
  await until(() => requests().length === 8)
  service.child.kill('SIGTERM')
  await service.exited
  t.match(requests(), [
    {
      reqId: 'known-1',
      method: 'GET',
      route: '/roller/venues/me',
      status: 200,
      by: 'roller',
      layer: 'roller',
      caller: 'key-1',
      operation: 'GET /venues/me',
      connection: /^[\w-]{12}$/,
      waitMs: Number,
      upstreamMs: Number,
      tries: 1,
      ms: Number
    },
    { method: 'GET', route: '/roller/*', status: 404, by: 'roller', operation: 'GET /*', connection: /^[\w-]{12}$/, tries: 1 },
    { method: 'POST', route: '/connections', status: 201 },
    { method: 'POST', route: '/connections', status: 400 },
    { method: 'GET', route: '/connections', status: 401, layer: 'gateway', code: 'ROLLER_ERR_UNAUTHORIZED' },
    { method: 'GET', route: 'unknown', status: 404, code: 'ROLLER_ERR_NOT_FOUND' },
    { method: 'GET', route: 'unknown', status: 400, layer: 'caller', code: 'ROLLER_ERR_PATH' },
    { method: 'POST', route: '/connect-session', status: 502, layer: 'network', code: 'ROLLER_ERR_UNREACHABLE' }
  ])
  t.equal(requests().length, 8, 'one each; health checks make none')
  t.equal(requests()[0]?.['connection'], requests()[1]?.['connection'], 'one hash for one connection')
  const text = service.stdout() + service.stderr()
  for (
    const secret of [
      'canary', SECRET_KEY, CLIENT_SECRET, KEY, 'demo-venue', 'nango_connect_session',
      ...nango.connections.map(({ token }) => token).filter((token) => token !== '')
    ]
  ) {
    t.notMatch(text, secret, `the log holds ${secret}`)
  }
})

test('logs connection ids unchanged if configured', async (t) => {
  const { nango } = await startSimulators(t)
  const service = startProcess(t, { PORT: '0', NANGO_SECRET_KEY: SECRET_KEY, NANGO_HOST: nango.url, LOG_CONNECTION_IDS: 'true' })
  await fetch(`${await service.url()}/roller/venues/me`, { headers: VENUE })
  await until(() => service.stdout().includes('"connection":"demo-venue"'))
  t.match(service.stdout(), '"connection":"demo-venue"')
})

test('logs the time in the queue separately from ROLLER\'s', async (t) => {
  const { nango, roller } = await startSimulators(t)
  const service = startProcess(t, { PORT: '0', NANGO_SECRET_KEY: SECRET_KEY, NANGO_HOST: nango.url, MAX_WAIT: '5' })
  const url = await service.url()
  roller.faults.next({ path: /^\/products/, kind: 'status', status: 429, headers: { 'retry-after': '1' } })
  t.equal((await fetch(`${url}/roller/products`, { headers: VENUE })).status, 200)
  await until(() => service.stdout().includes('"operation":"GET /products"'))
  const line = JSON.parse(service.stdout().split('\n').find((one) => one.includes('"operation":"GET /products"')) ?? '{}')
  t.ok(line.waitMs >= 950 && line.waitMs <= line.ms, `waited ${line.waitMs} of ${line.ms} ms`)
  t.equal(line.tries, 2)
  t.ok(line.upstreamMs < line.ms - line.waitMs + 2)
})
