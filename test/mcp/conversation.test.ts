import t from '../support/tap.ts'

import { addDays, toVenueDate } from 'fastify-roller/time'
import { ACCEPT, callTool, startMcp } from './fixture.ts'

const GUEST = { firstName: 'Ada', lastName: 'Lovelace', email: 'ada@example.com', phone: '+61 400 000 000' }

for (const transport of ['nango', 'direct'] as const) {
  t.test(`an agent finds, prices, books and cancels over the ${transport} transport`, async (t) => {
    const { connect, roller } = await startMcp(t, { options: { transport } })
    const questions: string[] = []
    const client = await connect({
      person: (message) => {
        questions.push(message)
        return ACCEPT
      }
    })
    t.same((await client.listTools()).tools.map(({ name }) => name), [
      'list_venues', 'search_operations', 'describe_operation', 'read_roller', 'write_roller'
    ])
    const { data: { venues: [venue] } } = await callTool(client, 'list_venues')
    t.match(venue, { id: String(roller.venue('demo').id), status: 'connected', localTime: /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d$/ })

    const { data: { operations } } = await callTool(client, 'search_operations', { words: 'what can be booked on a day' })
    t.ok(operations[0].startsWith('GET /product-availability'), operations[0])
    const { data: described } = await callTool(client, 'describe_operation', { operation: 'POST /bookings' })
    t.match(described, { writes: true, movesMoney: true, confirmedByPerson: true, input: { body: { type: 'object' } } })
    t.match(described.example.body, { customer: { firstName: 'John' } })

    const date = addDays(toVenueDate(Date.now(), venue.timeZone), 2)
    const availability = await callTool(client, 'read_roller', {
      operation: 'GET /product-availability', venue: venue.name, query: { Date: date }
    })
    const [pass] = availability.data.data
    const items = [{ productId: Number(pass.products[0].id), quantity: 2, bookingDate: date, startTime: pass.sessions[0].startTime }]
    const hold = await callTool(client, 'write_roller', { operation: 'POST /capacity-reservation', body: { items } })
    const booking = { externalId: 'A-1', customer: GUEST, items, capacityReservationId: hold.data.data.uniqueId }
    const costs = await callTool(client, 'write_roller', { operation: 'POST /bookings/draft/costs', body: booking })
    t.same(questions, [], 'neither a hold nor a price is confirmed')

    const booked = await callTool(client, 'write_roller', { operation: 'POST /bookings', venue: venue.id, body: booking })
    t.equal(booked.isError, false)
    const { uniqueId } = booked.data.data
    const total = costs.data.data.bookingCosts.total.toFixed(2)
    t.equal(questions.length, 1)
    const price = `Total: ${total} ${venue.currency}, taxes and fees included`
    for (const part of [venue.name, 'customer.firstName: Ada', 'items.0.quantity: 2', price]) {
      t.ok(questions[0]?.includes(part), part)
    }

    const cancelled = await callTool(client, 'write_roller', {
      operation: 'POST /bookings/{uniqueId}/cancel', path: { uniqueId }, body: { issueRefund: false }
    })
    t.equal(cancelled.isError, false)
    t.match(questions[1], /^Cancel a booking at .*\nBooking: .*\nTotal: [\d.]+ AUD, still to be paid: [\d.]+ AUD\nissueRefund: false$/)
    const read = await callTool(client, 'read_roller', { operation: 'GET /bookings/{uniqueId}', path: { uniqueId }, fields: ['status'] })
    t.same(read.data.data, { status: 'Cancelled' })
    t.equal(roller.requests.filter(({ method, url }) => method === 'POST' && /^\/bookings(\?|$)/.test(url)).length, 1, 'sent once')
  })
}
