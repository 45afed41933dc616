/** Equal GETs in flight on one connection are one call to ROLLER. */
import { test } from '../support/tap.ts'
import { callOf, type CallOf, FakeGateway, settled, Sharing, textOf } from './helpers.ts'
import { SteppedClock } from '../support/manual-clock.ts'

function setup (transport: 'nango' | 'direct' = 'nango') {
  const gateway = new FakeGateway(transport)
  const clock = new SteppedClock()
  return { gateway, clock, shared: new Sharing({ next: gateway, clock }) }
}

test('returns the same bytes of one call to a hundred callers', async (t) => {
  const { gateway, shared } = setup()
  const responses = Array.from({ length: 100 }, () => shared.send(callOf()))
  await settled()
  t.equal(gateway.sent.length, 1)
  const body = Buffer.from('[{"id":9007199254740993,"price":1.0}]')
  gateway.at(1).respond({ headers: { 'content-type': 'application/json; charset=utf-8', etag: '"1"' }, body })
  for (const [index, response] of (await Promise.all(responses)).entries()) {
    const { 'cache-status': status, ...headers } = response.headers
    if (response.status !== 200 || (await textOf(response)) !== body.toString()) t.fail(`answer ${index}`)
    t.strictSame({ ...headers }, { 'content-type': 'application/json; charset=utf-8', etag: '"1"' })
    t.equal(status, index === 0 ? undefined : 'fastify-roller; fwd=bypass; collapsed')
  }
  t.equal(gateway.sent.length, 1)
})

test('makes a new call after the response: nothing is cached', async (t) => {
  const { gateway, shared } = setup()
  gateway.serve = (_call, count) => ({ body: String(count) })
  t.equal(await textOf(await shared.send(callOf())), '1')
  t.equal(await textOf(await shared.send(callOf())), '2')
})

test('does not share calls that differ in any relevant way', async (t) => {
  const apart: [label: string, other: CallOf][] = [
    ['the connection', { connectionId: 'other' }],
    ['the query', { target: '/products?productType=Pass' }],
    ['the order of the query', { target: '/products?a=1&b=2' }],
    ['the way the path is written', { target: '/%70roducts' }],
    ['what the caller accepts', { headers: { accept: 'text/csv' } }],
    ['the caller\'s language', { headers: { 'accept-language': 'de' } }],
    ['ROLLER\'s own header', { headers: { 'timezone-designators': 'true' } }],
    ['validation', { validate: false }],
    ['the operation', { name: 'GET /venues/me', target: '/products' }]
  ]
  for (const [label, other] of apart) {
    const { gateway, shared } = setup()
    const calls = [shared.send(callOf()), shared.send(callOf(other)), shared.send(callOf(other))]
    await settled()
    t.equal(gateway.sent.length, 2, label)
    gateway.at(1).respond({ body: 'one' })
    gateway.at(2).respond({ body: 'two' })
    t.strictSame(await Promise.all((await Promise.all(calls)).map(textOf)), ['one', 'two', 'two'], label)
  }
})

test('shares calls that differ only in headers that are not forwarded', async (t) => {
  const { gateway, shared } = setup()
  const calls = [
    shared.send(callOf()),
    shared.send(callOf({ headers: { 'user-agent': 'x', cookie: 'a=b', authorization: 'Bearer x', 'accept-encoding': 'br' } })),
    shared.send(callOf({ validate: true }))
  ]
  await settled()
  t.equal(gateway.sent.length, 1)
  gateway.at(1).respond()
  await Promise.all(calls)
})

test('does not share calls with different accepted encodings on the direct transport', async (t) => {
  const { gateway, shared } = setup('direct')
  t.equal(shared.transport, 'direct')
  const calls = ['gzip', 'br', 'gzip'].map((packing) => shared.send(callOf({ headers: { 'accept-encoding': packing } })))
  await settled()
  t.equal(gateway.sent.length, 2)
  for (const sent of gateway.sent) sent.respond()
  await Promise.all(calls)
})

test('does not confuse one header value with two', async (t) => {
  for (const accepted of [[['a","b', 'c'], ['a', 'b","c']], [['ab', 'c'], ['a', 'bc']]]) {
    const { gateway, shared } = setup()
    const calls = accepted.map(([accept, language]) => shared.send(callOf({ headers: { accept, 'accept-language': language } })))
    await settled()
    t.equal(gateway.sent.length, 2)
    for (const sent of gateway.sent) sent.respond()
    await Promise.all(calls)
  }
})

test('never shares writes, calls outside the catalog and calls with a body', async (t) => {
  const body = { kind: 'bytes', bytes: Buffer.from('{}') } as const
  const ways = [{ name: 'POST /bookings', body }, { name: 'GET /elsewhere' }, { body }, { name: 'POST /bookings/draft/costs', body }]
  for (const call of ways.map(callOf)) {
    const { gateway, shared } = setup()
    const calls = [shared.send(call), shared.send(call)]
    await settled()
    t.equal(gateway.sent.length, 2, `${call.method} ${call.target}`)
    for (const sent of gateway.sent) t.equal(sent.call, call, 'passed on as it is')
    for (const sent of gateway.sent) sent.respond()
    for (const response of await Promise.all(calls)) t.notOk('cache-status' in response.headers)
  }
})

test('makes a new call for a caller that requires a fresh response, which others may share', async (t) => {
  for (const header of ['no-cache', 'private, No-Cache', 'max-age=0']) {
    const { gateway, shared } = setup()
    const calls = [shared.send(callOf()), shared.send(callOf({ headers: { 'cache-control': header } })), shared.send(callOf())]
    await settled()
    t.equal(gateway.sent.length, 2, header)
    gateway.at(2).respond({ body: 'two' })
    await calls[1]
    const later = shared.send(callOf())
    await settled()
    t.equal(gateway.sent.length, 3, 'the older one is not shared again')
    gateway.at(1).respond({ body: 'one' })
    gateway.at(3).respond({ body: 'three' })
    t.strictSame(await Promise.all((await Promise.all([...calls, later])).map(textOf)), ['one', 'two', 'two', 'three'])
  }
})

test('does not share with a caller that forbids storing', async (t) => {
  const { gateway, shared } = setup()
  const calls = [shared.send(callOf()), shared.send(callOf({ headers: { 'cache-control': 'no-store' } })), shared.send(callOf())]
  await settled()
  t.equal(gateway.sent.length, 2)
  for (const sent of gateway.sent) sent.respond()
  await Promise.all(calls)
})

test('returns the state of the rate limit with every response', async (t) => {
  const { gateway, shared } = setup()
  const rateLimit = { name: 'rest', limit: 600, windowMs: 60_000, remaining: 599, resetMs: 0 } as const
  const first = shared.send(callOf())
  await settled()
  const second = shared.send(callOf())
  await settled()
  gateway.at(1).respond({ rateLimit })
  t.strictSame((await Promise.all([first, second])).map((response) => response.rateLimit), [rateLimit, rateLimit])
})
