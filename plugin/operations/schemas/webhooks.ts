/** Registration for ROLLER's webhooks. */
import { StringEnum, Type } from '../schema.ts'
import { salesChannels } from './common.ts'

export const guestEvents = ['Created', 'Updated'] as const

export const bookingEvents = ['Created', 'Updated', 'Cancelled'] as const

export const SalesChannel = StringEnum(salesChannels, { $id: 'SalesChannel', description: 'Channel a booking was made in' })

export const WebhookFilterEventChannel = StringEnum([
  'VenueManager', 'PointOfSale', 'Checkout', 'SelfServeKiosk', 'Api', 'ChannelPartners', 'DataImport', 'System'
], { $id: 'WebhookFilterEventChannel', description: 'Application that caused an event' })

export const WebhookFilterProductType = StringEnum([
  'Pass', 'SessionPass', 'AddOn', 'Stock', 'Package', 'GiftCard', 'Wallet', 'Membership', 'CashlessCard', 'RecurringSession',
  'PartyPackage'
], { $id: 'WebhookFilterProductType' })

export const BookingInclude = Type.Partial(Type.Object({
  externalId: Type.Boolean({ examples: [true], description: 'Your own reference of the booking' }),
  tickets: Type.Boolean({ examples: [true], description: 'Ticket ids and holder names' }),
  membershipDetail: Type.Boolean({ examples: [true] }),
  locations: Type.Boolean({ description: 'Resources of each ticket' }),
  customerFlags: Type.Boolean(),
  payments: Type.Boolean(),
  metadata: Type.Boolean()
}))

export const BookingFilter = Type.Partial(Type.Object({
  channels: Type.Array(SalesChannel, { description: 'By the channel the booking was made in' }),
  eventChannels: Type.Array(WebhookFilterEventChannel, { description: 'By the application that caused the event' }),
  productTypes: Type.Array(WebhookFilterProductType),
  productIds: Type.Array(Type.Integer({ examples: [42331] }), { uniqueItems: true }),
  productCategory: Type.String({ examples: ['Entry Tickets'], description: 'Name of a product category' })
}))

export const RedemptionInclude = Type.Partial(Type.Object({
  membershipDetail: Type.Boolean({ examples: [true] }),
  multiPassDetail: Type.Boolean({ examples: [true] })
}))

export const RedemptionFilter = Type.Partial(Type.Object({
  productIds: Type.Array(Type.Integer({ examples: [42331] })),
  productCategory: Type.String({ examples: ['Entry Tickets'], description: 'Name of a product category' })
}))

export const GuestInclude = Type.Partial(Type.Object({
  flags: Type.Boolean()
}))

/** ROLLER's schema lists Created only, its text on webhooks all three. */
export const paymentLinkEvents = ['Created', 'Updated', 'Cancelled'] as const

/** Subscription to a type with a single event. */
export const OnCreated = Type.Partial(Type.Object({
  events: Type.Array(StringEnum(['Created']))
}))

export const WebhookConfiguration = Type.Partial(Type.Object({
  url: Type.String({ examples: ['https://hooks.example.com/roller/12345'], description: 'HTTPS' }),
  enabled: Type.Boolean({ description: 'Deliveries are made while true' }),
  authentication: Type.Partial(Type.Object({
    apiKey: Type.String({ description: 'Sent with each delivery in the header x-roller-apikey' })
  })),
  webhooks: Type.Partial(Type.Object({
    booking: Type.Partial(Type.Object({
      events: Type.Array(StringEnum(bookingEvents)),
      include: BookingInclude,
      filter: BookingFilter
    })),
    redemption: Type.Partial(Type.Object({
      events: Type.Array(StringEnum(['Created'])),
      include: RedemptionInclude,
      filter: RedemptionFilter
    })),
    customer: Type.Partial(Type.Object({
      events: Type.Array(StringEnum(guestEvents)),
      include: GuestInclude
    })),
    bulkExport: OnCreated,
    signedWaiver: OnCreated,
    paymentLink: Type.Partial(Type.Object({
      events: Type.Array(StringEnum(paymentLinkEvents))
    }))
  }), { description: 'Subscribed kinds and events' })
}), { $id: 'WebhookConfiguration' })

export const CreateBookingInclude = Type.Partial(Type.Object({
  externalId: Type.Boolean({ description: 'Your own reference of the booking' }),
  tickets: Type.Boolean({ description: 'Ticket ids and holder names' }),
  membershipDetail: Type.Boolean(),
  locations: Type.Boolean({ description: 'Resources of each ticket' }),
  customerFlags: Type.Boolean(),
  payments: Type.Boolean()
}))

export const CreateBookingFilter = Type.Partial(Type.Object({
  channels: Type.Array(SalesChannel, { description: 'By the channel the booking was made in' }),
  productTypes: Type.Array(WebhookFilterProductType),
  productIds: Type.Array(Type.Integer({ examples: [42331] }), { uniqueItems: true }),
  productCategory: Type.String({ examples: ['Entry Tickets'], description: 'Name of a product category' })
}))

/** Same, in the form of a request. */
export const CreateOnCreated = Type.Object({
  events: Type.Array(StringEnum(['Created']))
})

export const CreateWebhookConfiguration = Type.Object({
  url: Type.String({ examples: ['https://hooks.example.com/roller/12345'], description: 'HTTPS' }),
  enabled: Type.Boolean({ description: 'Deliveries are made while true' }),
  authentication: Type.Object({
    apiKey: Type.String({ description: 'Sent with each delivery in the header x-roller-apikey' })
  }),
  webhooks: Type.Optional(Type.Partial(Type.Object({
    booking: Type.Object({
      events: Type.Array(StringEnum(bookingEvents)),
      include: Type.Optional(CreateBookingInclude),
      filter: Type.Optional(CreateBookingFilter)
    }),
    redemption: Type.Object({
      events: Type.Array(StringEnum(['Created'])),
      include: Type.Optional(RedemptionInclude),
      filter: Type.Optional(RedemptionFilter)
    }),
    customer: Type.Object({
      events: Type.Array(StringEnum(guestEvents)),
      include: Type.Optional(GuestInclude)
    }),
    bulkExport: CreateOnCreated,
    signedWaiver: CreateOnCreated,
    paymentLink: Type.Object({
      events: Type.Array(StringEnum(paymentLinkEvents))
    })
  }), { description: 'Subscribed kinds and events' }))
}, { $id: 'CreateWebhookConfiguration', description: 'At least one type needs its events' })

export const RegisteredWebhook = Type.Partial(Type.Object({
  webhookId: Type.Integer({ format: 'int32', examples: [233] }),
  createdDate: Type.String({ examples: ['2022-02-03T02:50:01.2354035Z'] }),
  configuration: WebhookConfiguration
}), { title: 'RegisteredWebhook' })

export const WebhookPath = Type.Object({
  webhookId: Type.String({ examples: ['17'] })
})
