/** Sells two tickets for a session of tomorrow: availability -> hold -> price -> booking -> payment. */
import { randomUUID } from 'node:crypto'
import { addDays, readTimeZone, toVenueDate } from 'fastify-roller/time'

const gateway = process.env.GATEWAY_URL ?? 'http://localhost:3000'
const headers: Record<string, string> = {
  'connection-id': process.env.CONNECTION_ID ?? 'demo-venue',
  'content-type': 'application/json',
  // Wait for the rate limit instead of failing.
  'roller-max-wait': '20',
  ...(process.env.API_KEY !== undefined && { authorization: `Bearer ${process.env.API_KEY}` })
}

async function call<T> (method: string, path: string, body?: unknown): Promise<T> {
  const response = await fetch(`${gateway}/roller${path}`, { method, headers, ...(body !== undefined && { body: JSON.stringify(body) }) })
  const text = await response.text()
  if (response.ok) return (text === '' ? undefined : JSON.parse(text)) as T
  // Errors of the gateway have a hint; ROLLER's pass through unchanged.
  const problem = JSON.parse(text) as { code?: string, hint?: string }
  throw new Error(`${method} ${path}: ${response.status} ${problem.code ?? text} ${problem.hint ?? ''}`)
}

interface Session { startTime: string, capacityRemaining: number }
interface Product { parentProductName: string, products: { id: string, name: string }[], sessions?: Session[] }

// Days are the venue's: it may be tomorrow there already.
const zone = readTimeZone(await call<{ ianaTimeZone: string }>('GET', '/venues/me'))
if (zone === null) throw new Error('ROLLER does not give the time zone of this venue.')
const tomorrow = addDays(toVenueDate(Date.now(), zone), 1)
const available = await call<Product[]>('GET', `/product-availability?Date=${tomorrow}`)
const product = available.find(({ sessions = [] }) => sessions.some(({ capacityRemaining }) => capacityRemaining >= 2))
const session = product?.sessions?.find(({ capacityRemaining }) => capacityRemaining >= 2)
const ticket = product?.products[0]
if (product === undefined || session === undefined || ticket === undefined) throw new Error(`Nothing is free on ${tomorrow}.`)
console.log(`${product.parentProductName}, ${ticket.name}: ${session.capacityRemaining} places at ${session.startTime} on ${tomorrow}`)

const items = [{ productId: Number(ticket.id), quantity: 2, bookingDate: tomorrow, startTime: session.startTime }]
const hold = await call<{ uniqueId: string }>('POST', '/capacity-reservation', { items })
console.log('held for 10 minutes')

const order = {
  // ROLLER rejects a repeated external id, so a retry of this order cannot book twice.
  externalId: randomUUID(),
  customer: { firstName: 'Robin', lastName: 'Marsh', email: 'robin.marsh@example.com', phone: '0400000000' },
  capacityReservationId: hold.uniqueId,
  items
}
const { bookingCosts } = await call<{ bookingCosts: { total: number, amountOwing: number } }>('POST', '/bookings/draft/costs', order)
console.log(`costs ${bookingCosts.total}`)

const booking = await call<{ uniqueId: string, bookingReference: string }>('POST', '/bookings', order)
await call(
  'POST', `/bookings/${booking.uniqueId}/payments`, { id: randomUUID(), paymentType: 'CreditCard', amount: bookingCosts.amountOwing }
)
const { status } = await call<{ status: string }>('GET', `/bookings/${booking.uniqueId}`)
console.log(`booking ${booking.bookingReference}: ${status}`)
