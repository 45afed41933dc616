/** .NET writes a byte order mark before JSON, on both sides of the gateway. The bytes are passed on unchanged, and parsed nevertheless. */
import { test } from '../support/tap.ts'
import { readMessage } from '#plugin/webhooks/roller-events.js'
import { rateLimitOf } from '#plugin/gateway/limits/rate-limit-of.js'
import { operations } from '#plugin/operations/operations.js'
import { build, callsAtRoller, CONNECTION_ID, VENUE } from '../support/build.ts'

const marked = (value: unknown): Buffer => Buffer.from(`\uFEFF${JSON.stringify(value)}`)

test('validates a body with a byte order mark, and forwards it unchanged', async (t) => {
  const built = await build(t)
  const headers = { ...VENUE, 'content-type': 'application/json' }
  const body = { items: [{ productId: 1, quantity: 1, bookingDate: '2026-12-01' }] }
  const post = (payload: Buffer) => built.app.inject({ method: 'POST', url: '/roller/discounts/validate', headers, payload })
  t.equal((await post(marked(body))).statusCode, 400, 'productId is text here')
  t.equal(callsAtRoller(built).length, 0)
  const fitting = marked({ items: [{ productId: '1', quantity: 1, bookingDate: '2026-12-01' }] })
  t.equal((await post(fitting)).statusCode, 200)
  t.same(built.roller.requests.find(({ url }) => url === '/discounts/validate')?.body, fitting)
})

test('parses a response with a byte order mark in process', async (t) => {
  const built = await build(t)
  await built.app.ready()
  const venue = { id: 7, name: 'Jump', ianaTimeZone: 'Australia/Brisbane' }
  built.roller.faults.next(
    { path: /^\/venues/, kind: 'status', status: 200, body: marked(venue), headers: { 'content-type': 'application/json' } }
  )
  t.strictSame(await built.app.roller.request('GET /venues/me', { connectionId: CONNECTION_ID }), venue)
  built.roller.faults.next(
    { path: /^\/venues/, kind: 'status', status: 409, body: marked({ errors: [] }), headers: { 'content-type': 'application/json' } }
  )
  await t.rejects(
    built.app.roller.request('GET /venues/me', { connectionId: CONNECTION_ID }),
    { code: 'ROLLER_ERR_REFUSED', upstream: { body: { errors: [] } } }
  )
  built.roller.faults.next(
    { path: /^\/venues/, kind: 'status', status: 403, body: marked({ message: 'no' }), headers: { 'content-type': 'application/json' } }
  )
  t.match((await built.app.inject({ url: '/roller/venues/me', headers: VENUE })).json(), { upstream: { body: { message: 'no' } } })
})

test('reads the venue of new credentials from a response with a byte order mark', async (t) => {
  const built = await build(t, { options: { verifyVenues: true } })
  await built.app.ready()
  const venue = { id: 31337, name: 'Marked', ianaTimeZone: 'Australia/Brisbane', currency: 'AUD', locale: 'en-AU' }
  built.roller.faults.always(
    { path: /^\/venues\/me/, kind: 'status', status: 200, body: marked(venue), headers: { 'content-type': 'application/json' } }
  )
  const response = await built.app.inject({ method: 'POST', url: '/connections', payload: { clientId: 'other', clientSecret: 's' } })
  t.equal(response.statusCode, 201)
  t.match(response.json(), { venue: { id: '31337', name: 'Marked' } })
  const [known] = [await built.app.roller.check(CONNECTION_ID)]
  t.match(known.steps.at(-1)?.detail, /Marked/)
})

test('accepts a webhook with a byte order mark', async (t) => {
  const message = { id: 'a', type: 'Booking', eventType: 'Created', data: {} }
  t.equal(readMessage({ connectionId: 'venue', body: marked(message) }).name, 'booking.created')
})

test('counts a bulk export with a byte order mark against the limit of its type', async (t) => {
  const body = marked({ exportType: 'Tickets', startDate: '2026-01-01', endDate: '2026-02-01' })
  const operation = { operation: operations['POST /reporting/bulk'] }
  t.equal(
    rateLimitOf({ method: 'POST', target: { path: '/reporting/bulk' }, operation, body: { kind: 'bytes', bytes: body } }).exportType,
    'Tickets'
  )
})
