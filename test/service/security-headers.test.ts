/** Every response of the service has helmet's headers, though they are computed once; ROLLER's responses have those for data. */
import Fastify from 'fastify'
import helmet from 'helmet'
import { test } from '../support/tap.ts'
import { VENUE } from '../support/build.ts'
import { service } from './fixture.ts'

test('equal those of helmet on every request', async (t) => {
  const reference = Fastify()
  reference.addHook(
    'onRequest',
    (request, reply, done) => { helmet({ contentSecurityPolicy: false, hsts: false })(request.raw, reply.raw, () => { done() }) }
  )
  reference.get('/', async () => '')
  const expected = Object.fromEntries(
    Object.entries((await reference.inject('/')).headers).filter(
      ([name]) => !['content-length', 'date', 'connection', 'content-type'].includes(name)
    )
  )
  t.ok(Object.keys(expected).length > 8, 'helmet gives headers')
  const { app } = await service(t)
  for (const url of ['/health', '/nothing', '/connections', '/docs/']) {
    const { headers } = await app.inject({ url, headers: VENUE })
    t.match(headers, expected, url)
    t.notOk('strict-transport-security' in headers, 'set by what ends TLS')
  }
})

test('prevent ROLLER\'s responses from being used as a page, whatever their type', async (t) => {
  const { app } = await service(t)
  for (const url of ['/roller/venues/me', '/roller/nothing', '/roller/bookings']) {
    const { headers } = await app.inject({ url, headers: VENUE })
    t.match(
      headers,
      {
        'content-security-policy': "default-src 'none'; frame-ancestors 'none'; sandbox",
        'x-content-type-options': 'nosniff',
        'cross-origin-resource-policy': 'same-origin'
      },
      url
    )
  }
})

test('are chosen by the router, for every spelling of a path', async (t) => {
  const { app } = await service(t)
  for (const url of ['/%72oller/venues/me', '/rolle%72/nothing', '/%72%6f%6c%6c%65%72/bookings/x']) {
    const { headers } = await app.inject({ url, headers: VENUE })
    t.match(headers, { 'content-security-policy': /^default-src 'none'.*sandbox$/, 'x-content-type-options': 'nosniff' }, url)
  }
})

test('are sent for a URL that cannot be decoded', async (t) => {
  const { app } = await service(t)
  const { statusCode, headers } = await app.inject({ url: '/roller/%zz', headers: VENUE })
  t.equal(statusCode, 400)
  t.match(headers, { 'content-security-policy': /sandbox/, 'x-content-type-options': 'nosniff' })
})
