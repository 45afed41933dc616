/** Nango returns 200 for any success that it has buffered; the caller gets the status that ROLLER documents for the operation. */
import { test } from '../support/tap.ts'
import { operations } from '#plugin/operations/operations.js'
import { catalogOperations } from '#plugin/client/client.js'
import { start } from '../transport/fixture.ts'
import { CONNECTION_ID, VENUE } from '../support/build.ts'

const body = {
  url: 'https://example.com/hook', enabled: true, authentication: { apiKey: 'key' }, webhooks: { booking: { events: ['Created' as const] } }
}

for (const transport of ['nango', 'direct'] as const) {
  test(`${transport}: passes a 201 on as 201, with and without a body`, async (t) => {
    const built = await start(t, transport)
    const post = (path: string, payload: object) => built.app.inject({ method: 'POST', url: `/roller${path}`, headers: VENUE, payload })
    const created = await post('/webhooks', body)
    t.equal(created.statusCode, 201)
    t.type(created.json().webhookId, 'number')
    built.roller.faults.next({ path: /^\/webhooks/, kind: 'status', status: 201 })
    const empty = await post('/webhooks', body)
    t.equal(empty.statusCode, 201)
    t.equal(empty.payload, '')
    t.type((await built.app.roller.request('POST /webhooks', { connectionId: CONNECTION_ID, body })).webhookId, 'number')
  })

  test(`${transport}: passes any other status on unchanged`, async (t) => {
    const built = await start(t, transport)
    const draft = await built.app.inject({ method: 'POST', url: '/roller/sandbox/echo', headers: VENUE, payload: {} })
    t.equal(draft.statusCode, 200, 'a path outside the catalog')
    t.equal((await built.app.inject({ url: '/roller/venues/me', headers: VENUE })).statusCode, 200)
    built.roller.faults.next({ path: /^\/webhooks/, kind: 'status', status: 409, body: {} })
    t.equal((await built.app.inject({ method: 'POST', url: '/roller/webhooks', headers: VENUE, payload: body })).statusCode, 409)
    built.roller.faults.next({ path: /^\/webhooks/, kind: 'status', status: 204 })
    t.equal((await built.app.inject({ method: 'POST', url: '/roller/webhooks', headers: VENUE, payload: body })).statusCode, 204)
  })
}

test('restores the status where ROLLER documents one success other than 200', async (t) => {
  const entries = [...catalogOperations(operations).values()].filter(({ soleSuccess }) => soleSuccess !== undefined)
  t.strictSame(entries.map(({ name, soleSuccess }) => [name, soleSuccess]), [
    ['POST /bookings', 201], ['POST /bookings/{uniqueId}/payments/tips', 201], ['POST /webhooks', 201], ['POST /staff', 201]
  ])
})
