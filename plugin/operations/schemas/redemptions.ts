/** Admitting tickets. */
import { Nullable, Type } from '../schema.ts'

export const RedeemedTicket = Type.Object({
  ticketId: Type.String({ examples: ['3288921-29937813'], description: 'ROLLER\'s ticket id or the customTicketId' }),
  redemptionDate: Type.Optional(
    Nullable(Type.String(), { examples: ['2020-07-29T06:57:18.5326035+00:00'], description: 'UTC; now if left out' })
  )
})

export const RedeemTicketsBody = Type.Partial(Type.Object({
  tickets: Type.Array(RedeemedTicket, { maxItems: 10, uniqueItems: true }),
  redemptionDevice: Type.String({ description: 'Name of the device' })
}))

export const RedemptionErrors = Type.Partial(Type.Object({
  errors: Type.Array(Type.Partial(Type.Object({
    name: Type.String({ examples: ['InvalidRedemption'] }),
    message: Type.String({ examples: ['Ticket usage exhausted'] }),
    ticketId: Type.String({ examples: ['2883977-98736472'] })
  })))
}), { title: 'RedemptionErrors' })
