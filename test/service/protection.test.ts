/** One caller, or too many at once, must not block the others. */
import type { FastifyUnderPressureOptions as UnderPressureOptions } from '@fastify/under-pressure'
import type { FastifyInstance } from 'fastify'
import type { RollerError } from 'fastify-roller'
import { shedLoad } from '#service/http/protection.js'
import { test } from '../support/tap.ts'
import { checkerOf } from '#plugin/operations/checker.js'
import { Problem } from '#plugin/problem.js'
import { callsAtRoller, VENUE } from '../support/build.ts'
import { bearer, serviceWithKeys } from '../callers/fixture.ts'
import { KEY, service } from './fixture.ts'

const SCOPES = ['roller:read', 'connections:read', 'metrics']

test('limits each caller separately, with a problem, for a minute', async (t) => {
  const built = await serviceWithKeys(t, [{ name: 'busy', scopes: SCOPES }, { name: 'quiet', scopes: SCOPES }], { RATE_LIMIT: '5' })
  const call = async (name: string, url = '/roller/sandbox/echo') => await built.app.inject({ url, headers: { ...VENUE, ...bearer(name) } })
  for (let count = 0; count < 5; count++) {
    const response = await call('busy')
    t.equal(response.statusCode, 200)
    t.match(response.headers['ratelimit-policy'], /^"rest";/, 'the header has the rate limit at ROLLER')
  }
  const atRoller = callsAtRoller(built).length
  for (const url of ['/roller/sandbox/echo', '/connections', '/metrics']) {
    const rejected = await call('busy', url)
    t.match(rejected.json(), { status: 429, code: 'ROLLER_ERR_CALLER_RATE_LIMITED', layer: 'caller', detail: /5 requests in a minute/ }, url)
    t.ok(checkerOf(Problem).check(rejected.json()))
    t.match(rejected.headers['ratelimit-policy'], '"caller";q=5;w=60')
    t.match(rejected.headers['ratelimit'], /^"caller";r=0;t=\d+$/)
    t.ok(Number(rejected.headers['retry-after']) >= 1 && Number(rejected.headers['retry-after']) <= 60)
    t.notOk(Object.keys(rejected.headers).some((name) => name.startsWith('x-ratelimit')))
  }
  t.equal(callsAtRoller(built).length, atRoller)
  t.equal((await call('quiet')).statusCode, 200, 'others go on')
  for (const url of ['/health', '/ready']) t.equal((await built.app.inject({ url })).statusCode, 200, url)
  const now = Date.now
  t.teardown(() => { Date.now = now })
  Date.now = () => now() + 61_000
  t.equal((await call('busy')).statusCode, 200)
})

test('limits by address without keys, according to TRUST_PROXY', async (t) => {
  const { app } = await service(t, { AUTH: 'none', RATE_LIMIT: '1', TRUST_PROXY: '10.0.0.0/8' })
  const from = async (remoteAddress: string, forwarded: string): Promise<number> =>
    (await app.inject({ url: '/roller/sandbox/echo', remoteAddress, headers: { ...VENUE, 'x-forwarded-for': forwarded } })).statusCode
  t.same(
    [await from('10.0.0.1', '203.0.113.1'), await from('10.0.0.1', '203.0.113.2'), await from('10.0.0.1', '203.0.113.1')], [200, 200, 429],
    'a proxy that is trusted'
  )
  t.same([await from('198.51.100.1', '203.0.113.7'), await from('198.51.100.1', '203.0.113.8')], [200, 429], 'one that is not')
})

test('takes the address from as many proxies as TRUST_PROXY says, and from no header that the caller has sent', async (t) => {
  const { app } = await service(t, { AUTH: 'none', RATE_LIMIT: '1', TRUST_PROXY: '1' })
  const from = async (forwarded: string): Promise<number> => (
    await app.inject({ url: '/roller/sandbox/echo', remoteAddress: '10.0.0.1', headers: { ...VENUE, 'x-forwarded-for': forwarded } })
  ).statusCode
  t.same([await from('203.0.113.1, 198.51.100.1'), await from('203.0.113.2, 198.51.100.1'), await from('198.51.100.2')], [200, 429, 200])
})

test('limits the IPv6 addresses of one network together', async (t) => {
  const { app } = await service(t, { AUTH: 'none', RATE_LIMIT: '1' })
  const from = async (remoteAddress: string): Promise<number> =>
    (await app.inject({ url: '/roller/sandbox/echo', remoteAddress, headers: VENUE })).statusCode
  t.same([await from('2001:db8::1'), await from('2001:db8::2'), await from('2001:db8:0:1::1')], [200, 429, 200])
  const page = await app.inject({ url: '/problems/ROLLER_ERR_PATH', remoteAddress: '2001:db8::1' })
  t.equal(page.statusCode, 200, 'but not what needs no key, nor webhooks, of which a rejected one would be sent again')
})

test('limits attempts with invalid keys from one network, and not a valid caller in it', async (t) => {
  const { app } = await service(t, { API_KEYS: KEY })
  const call = async (key: string, remoteAddress: string) => await app.inject(
    { url: '/roller/sandbox/echo', remoteAddress, headers: { ...VENUE, authorization: `Bearer ${key}` } }
  )
  const statuses: number[] = []
  for (let count = 0; count < 121; count++) statuses.push((await call(`wrong-key-${count}-0123456789`, `2001:db8::${count}`)).statusCode)
  t.same(new Set(statuses.slice(0, 120)), new Set([401]))
  t.equal(statuses[120], 429)
  t.equal((await call(KEY, '2001:db8::1')).statusCode, 200, 'from the same address')
  t.equal((await call('wrong-key-0123456789', '203.0.113.2')).statusCode, 401, 'from another')
})

test('sets no limit by default', async (t) => {
  const { app } = await service(t)
  for (let count = 0; count < 50; count++) t.equal((await app.inject({ url: '/connections/demo-venue/rate-limits' })).statusCode, 200)
})

test('sheds no calls for the start of the process and single delays, which are over when they are measured', async (t) => {
  let onDelay = (_delay: number): void => {}
  await shedLoad({
    register: async (_plugin: unknown, { pressureHandler }: UnderPressureOptions) => {
      onDelay = (delay) => { pressureHandler?.({} as never, {} as never, 'eventLoopDelay', delay) } // reads the delay alone
    }
  } as unknown as FastifyInstance, 20)
  let now = 0
  t.intercept(performance, 'now', { value: () => now })
  const isShed = (at: number, delay = 50): boolean => {
    now = at
    try { onDelay(delay) } catch (error) { return (error as RollerError).code === 'ROLLER_ERR_OVERLOADED' }
    return false
  }
  for (const at of [0, 1_500]) t.equal(isShed(at, NaN), false, 'nothing is measured yet')
  for (const at of [2_000, 2_900, 5_000, 5_900, 9_000]) t.equal(isShed(at), false, `${at} ms`)
  for (const at of [10_000, 11_900]) t.equal(isShed(at), true, 'but while it lasts')
})

test('sheds calls while the event loop is delayed, and serves probes', async (t) => {
  const built = await service(t, {}, {}, { maxEventLoopDelay: 20 })
  await built.app.ready()
  const call = async () => await built.app.inject({ url: '/roller/sandbox/echo', headers: VENUE })
  t.equal((await call()).statusCode, 200)
  const atRoller = callsAtRoller(built).length
  // Busy until the service has measured it (once a second).
  let response = await call()
  for (let turn = 0; turn < 60 && response.statusCode === 200; turn++) {
    const until = Date.now() + 100
    while (Date.now() < until);
    await new Promise((resolve) => { setImmediate(resolve) })
    response = await call()
  }
  t.match(response.json(), { status: 503, code: 'ROLLER_ERR_OVERLOADED', layer: 'gateway', retryAfter: 1 })
  t.equal(response.headers['retry-after'], '1')
  const before = callsAtRoller(built).length
  t.ok(before > atRoller)
  for (const url of ['/health', '/ready']) t.equal((await built.app.inject({ url })).statusCode, 200, url)
  t.equal((await call()).statusCode, 503)
  t.equal(callsAtRoller(built).length, before, 'rejected requests are not forwarded')
})
