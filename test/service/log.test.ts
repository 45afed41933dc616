/** The log has one line for each request, and nothing in it that a caller or a venue would not want to read there. */
import tap, { test } from 'tap'
import { CLIENT_SECRET, SECRET_KEY, startSimulators, VENUE } from '../support/build.ts'
import { KEY, startProcess, until } from './fixture.ts'

tap.setTimeout(120_000) // starting a process takes its time on a busy machine

test('method, route, status, who answered and how long; no query value, no body, no secret', async (t) => {
  const { nango } = await startSimulators(t)
  const service = startProcess(t, { PORT: '0', NANGO_SECRET_KEY: SECRET_KEY, NANGO_HOST: nango.url, API_KEYS: KEY, LOG_LEVEL: 'trace' })
  const url = await service.url()
  const authorization = `Bearer ${KEY}`
  const posted = JSON.stringify({ clientId: 'acme', clientSecret: 'canary-posted', tags: { a: 'canary-tag' } })
  const calls: [path: string, init?: RequestInit][] = [
    ['/roller/venues/me?canary-query=1', { headers: { ...VENUE, authorization, 'x-request-id': 'known-1', cookie: 'canary-cookie' } }],
    ['/roller/canary-path?x=canary-query', { headers: { ...VENUE, authorization } }],
    ['/connections', { method: 'POST', headers: { authorization, 'content-type': 'application/json' }, body: posted }],
    ['/connections', { method: 'POST', headers: { authorization, 'content-type': 'application/json' }, body: posted.replace('canary-posted', 'wrong') }],
    ['/connections?search=canary-query', { headers: { authorization: 'Bearer canary-wrong-key' } }],
    ['/canary-nothing?x=canary-query', {}],
    ['/health', {}]
  ]
  const statuses: number[] = []
  for (const [path, init] of calls) statuses.push((await fetch(url + path, init)).status)
  nango.faults.always({ kind: 'reset' })
  statuses.push((await fetch(`${url}/connect-session?canary-query`, { method: 'POST', headers: { authorization } })).status)
  t.same(statuses, [200, 404, 201, 400, 401, 404, 200, 502])

  const lines = (): Record<string, unknown>[] => service.stdout().split('\n').filter((line) => line.startsWith('{')).map((line) => JSON.parse(line))
  const requests = () => lines().filter(({ msg }) => msg === 'request')
  await until(() => requests().length === 7)
  service.child.kill('SIGTERM')
  await service.exited
  t.match(requests(), [
    { reqId: 'known-1', method: 'GET', route: '/roller/venues/me', status: 200, by: 'roller', ms: Number },
    { method: 'GET', route: '/roller/*', status: 404, by: 'roller' },
    { method: 'POST', route: '/connections', status: 201 },
    { method: 'POST', route: '/connections', status: 400 },
    { method: 'GET', route: '/connections', status: 401 },
    { method: 'GET', route: 'unknown', status: 404 },
    { method: 'POST', route: '/connect-session', status: 502 }
  ])
  t.equal(requests().length, 7, 'one each; health checks make none')
  const text = service.stdout() + service.stderr()
  for (const secret of ['canary', SECRET_KEY, CLIENT_SECRET, KEY, 'nango_connect_session', ...nango.connections.map(({ token }) => token).filter((token) => token !== '')]) {
    t.notMatch(text, secret, `the log holds ${secret}`)
  }
})
