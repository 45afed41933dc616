/** Compile-time tests of the typed client: `npm run typecheck` runs them. Nothing here is executed. */
import type { Roller } from 'fastify-roller'

export async function promises (roller: Roller): Promise<void> {
  const connectionId = 'demo-venue'

  const venue = await roller.request('GET /venues/me', { connectionId })
  const name: string | undefined = venue.name
  // @ts-expect-error a venue has no such property
  const nothing = venue.nothing
  // @ts-expect-error a name is text
  const wrong: number = venue.name

  await roller.request('GET /bookings/{uniqueId}', { connectionId, params: { uniqueId: 'x' } })
  // @ts-expect-error the parameter is missing
  await roller.request('GET /bookings/{uniqueId}', { connectionId })
  // @ts-expect-error the parameter has another name
  await roller.request('GET /bookings/{uniqueId}', { connectionId, params: { id: 'x' } })
  // @ts-expect-error there is no such operation
  await roller.request('GET /bookings/{id}', { connectionId, params: { id: 'x' } })
  // @ts-expect-error a call is about a connection
  await roller.request('GET /venues/me', {})

  await roller.request('GET /product-availability', { connectionId, query: { Date: '2026-11-30', ProductCategory: 'x' } })
  // @ts-expect-error ROLLER writes this parameter with a capital
  await roller.request('GET /product-availability', { connectionId, query: { date: '2026-11-30' } })
  // @ts-expect-error an operation without a body takes none
  await roller.request('GET /venues/me', { connectionId, body: {} })

  const { bookings } = await roller.request('GET /bookings', { connectionId, query: { keywords: 'smith' } })
  const status: 'PendingPayment' | 'NoPaymentRequired' | 'PaidPart' | 'PaidFull' | undefined = bookings?.[0]?.status

  // Reports and their types are paged.
  const { items, totalPages, itemsPerpage } = await roller.request('GET /data/bookingitems', {
    connectionId, query: { startDate: '2026-11-01T10:00:00', endDate: '2026-11-02' }
  })
  const reference: string | undefined = items?.[0]?.bookingReference
  const counts: (number | undefined)[] = [totalPages, itemsPerpage]
  const page = await roller.request('GET /data/tickets', { connectionId, query: { startDate: '2026-11-01', endDate: '2026-11-02' } })
  // @ts-expect-error a page is no record
  const record = page.ticketId
  for await (const { bookingReference } of roller.paginate('GET /data/bookingitems', { connectionId, startDate: '2026-11-01' })) {
    bookingReference satisfies string | undefined
  }

  const { items: lines = [] } = await roller.request('GET /bookings/{uniqueId}', { connectionId, params: { uniqueId: 'x' } })
  const tickets: (string | undefined)[] = lines.flatMap(({ tickets = [] }) => tickets.map(({ ticketId }) => ticketId))
  const urls: (string | undefined)[] = (
    await roller.request('GET /webhooks', { connectionId })
  ).map(({ configuration }) => configuration?.url)
  await roller.request(
    'POST /reporting/bulk', { connectionId, body: { exportType: 'AuditLog', startDate: '2026-01-01', endDate: '2026-02-01' } }
  )

  // @ts-expect-error the body is missing
  await roller.request('POST /bookings', { connectionId })
  return Promise.resolve([name, nothing, wrong, status, reference, counts, record, tickets, urls]).then(() => {})
}
