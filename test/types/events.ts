/** Compile-time tests of the events: `npm run typecheck` runs them. Nothing here is executed. */
import type { AnyEvent, Roller } from 'fastify-roller'

export function promises (roller: Roller): (() => void)[] {
  return [
    roller.on('booking.created', (event) => {
      const name: string | undefined = event.data.name
      const created: 'Created' = event.eventType
      // @ts-expect-error a booking has no such property
      const nothing = event.data.nothing
      // @ts-expect-error it is about one event
      const updated: 'Updated' = event.eventType
      return Promise.resolve([name, created, nothing, updated]).then(() => {})
    }),
    roller.on('signedWaiver.created', ({ data }) => { for (const { isForMinor } of data) isForMinor satisfies boolean | undefined }),
    roller.on('redemption.created', ({ data }) => { data.redemptions?.[0]?.ticketId satisfies string | undefined }),
    roller.on('customer.*', ({ name, data }) => {
      name satisfies 'customer.created' | 'customer.updated'
      data.email satisfies string | undefined
    }),
    roller.on('connection.deleted', ({ connectionId }) => { connectionId satisfies string }),
    // A kind that ROLLER may add.
    roller.on('membership.*', ({ eventType, data }) => {
      eventType satisfies string
      // @ts-expect-error its data is unknown
      return Promise.resolve(data.anything).then(() => {})
    }),
    roller.on('*', (event: AnyEvent) => {
      switch (event.name) {
        case 'booking.cancelled': event.data.bookingReference satisfies string | undefined; break
        case 'bulkExport.created': event.data.preSignedUrls satisfies string[] | undefined; break
        case 'unknown.message': event.data satisfies unknown; break
      }
    }),
    // @ts-expect-error there is no such event
    roller.on('booking.deleted', () => {}),
    // @ts-expect-error guests are customers here, as in ROLLER's API
    roller.on('guest.created', () => {})
  ]
}

export async function exports (roller: Roller): Promise<void> {
  for await (
    const { stream, sequenceNumber } of roller.bulkExport(
      { connectionId: 'x', exportType: 'Payments', startDate: '2026-01-01', endDate: '2026-02-01' }
    )
  ) {
    stream.resume()
    sequenceNumber satisfies number
  }
  // @ts-expect-error there is no such export
  roller.bulkExport({ connectionId: 'x', exportType: 'Everything', startDate: '2026-01-01', endDate: '2026-02-01' })
  await roller.webhooks.subscribe('x', { booking: { events: ['Created'] } })
  // @ts-expect-error ROLLER has no such event
  await roller.webhooks.subscribe('x', { booking: { events: ['Deleted'] } })
}
