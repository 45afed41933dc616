/** What a simulated venue holds in memory. */
import type { Input } from './input.ts'
import type { Random } from './random.ts'

export interface Profile {
  name: string
  timeZone: string
  /** What `GET /venues/me` publishes; not always a usable IANA name. */
  ianaTimeZone: string
  /** The zone that the simulator itself reckons with. */
  zone: string
  countryCode: string
  country: string
  currency: string
  locale: string
  phonePrefix: string
  pricesIncludeTax: boolean
  taxName: string
  taxPercent: number
}

/** ROLLER calls it location in the API and resource in its pages: what capacity is counted on. */
export interface Resource { id: number, name: string, capacity: number, allowMultipleBookings: boolean }

export interface Variation {
  id: number
  name: string
  description: string
  price: number
  groupSize: number
  barcodeId?: string
  externalId?: string
  costOfGoods?: number
  parLevel?: number
  /** Stock on hand; null is unlimited. */
  stock?: number | null
  openValue?: { min: number, max: number }
  packageItems?: { productId: number, quantity: number }[]
  optionSet?: { id: number, name: string, productIds: number[], quantity: number }
}

export interface Product {
  id: number
  name: string
  type: 'pass' | 'sessionpass' | 'addon' | 'giftcard' | 'membership' | 'recurringpass' | 'partypackage'
  stockProductType?: 'untagged' | 'foodAndBeverage' | 'retail' | 'miscellaneous'
  externalId?: string
  category: string
  description: string
  variations: Variation[]
  addOns: number[]
  resourceId?: number
  /** Start times by weekday, Sunday first. */
  sessions?: string[][]
  durationMinutes?: number
  validDays?: number
  /** How often one ticket may be redeemed; absent is once. */
  uses?: number
  waiver: boolean
}

export interface Ticket {
  ticketId: string
  customTicketId?: string
  name?: string
  redeemedAt: number[]
  customerId?: number
  signedWaiverId?: number
}

export interface BookingItem {
  bookingItemId: number
  productId: number
  quantity: number
  bookingDate: string
  bookingEndDate: string
  startTime?: string
  endTime?: string
  cost: number
  discount: number
  createdAt: number
  tickets: Ticket[]
}

export interface Payment {
  bookingPaymentId: number
  uniqueId: string
  transactionId: string
  paymentMethod: string
  total: number
  tip: number
  fees: number
  createdAt: number
}

type LinkState = 'open' | 'paid' | 'cancelled'
export interface PaymentLink { id: number, url: string, amount: number, state: LinkState, email?: string, phone?: string }

export interface Booking {
  uniqueId: string
  reference: string
  externalId?: string
  channel: 'VenueManager' | 'POS' | 'Online' | 'Api'
  state: 'Draft' | 'Active' | 'Cancelled' | 'Deleted'
  name: string
  customerId: number
  companyId?: number
  comments?: string
  posNotes?: string
  metadata: Record<string, string>
  items: BookingItem[]
  payments: Payment[]
  links: PaymentLink[]
  discount: number
  discountIds: number[]
  discountCodes: string[]
  fees: number
  tax: number
  createdAt: number
  modifiedAt: number
  /** A draft or a tentative booking lets its capacity go at this instant. */
  expiresAt?: number
}

/** A part of a resource taken for a stretch of one venue-local day, in minutes since midnight. */
export interface Usage { resourceId: number, date: string, from: number, to: number, amount: number }

export interface Hold { uniqueId: string, usages: Usage[], expiresAt: number }

/** As published, but for its capacity. */
export interface Block {
  blockId: number
  resourceId: number
  date: string
  startTime: string
  endTime: string
  blockEntireDay: boolean
  capacity: number
  notes: string
}

/** As published, but for its codes. */
export interface Discount {
  discountId: number
  status: 'Active' | 'Archived'
  name: string
  amountOff: number | null
  percentOff: number | null
  productIds: string[]
  salesChannels: string[]
  discountGenerationChannels: string[]
  printDiscountsOnReceipt: boolean
  startDate: string | null
  endDate: string | null
  usageLimit: number | null
  usageLimitType: 'PerCode' | null
  codes: string[]
}

export interface GiftCard {
  giftCardNumber: string
  productId: number
  bookingReference: string
  balance: number
  initialValue: number
  createdAt: number
  modifiedAt: number
  usedAt?: number
  expiresAt: number
}

export interface WebhookRecord {
  webhookId: number
  createdAt: number
  /** Set once the whole retry schedule has failed: ROLLER then disables the webhook. */
  disabled: boolean
  configuration: Input
}

export interface Address { street: string, suburb: string, city: string, state: string, postcode: string, country: string }

export interface Guest {
  customerId: number
  firstName: string
  lastName: string
  email: string | null
  phone: string | null
  dateOfBirth: string | null
  gender: 'Male' | 'Female' | 'Other' | 'PreferNotToSay'
  acceptMarketing: boolean
  acceptMarketingSms: boolean
  taxIdentificationNumber: string
  address: Address | null
  flags: { type: 'Ban' | 'VIP' | 'Medical' | 'Alert' | 'Competency', comment: string, expiryDate: string | null }[]
  createdAt: number
  modifiedAt: number
}

export interface SignedWaiver {
  signedWaiverId: number
  parentSignedWaiverId: number | null
  waiverId: number
  guestId: number
  firstName: string
  lastName: string
  dateOfBirth: string
  isForMinor: boolean
  email: string
  contactNumber: string
  createdAt: number
  expiresAt: number
}

export interface Staff {
  staffId: number
  uniqueId: string
  roleId: number
  firstName: string
  lastName: string
  email?: string
  posPin?: string
  externalId?: string
  contactNumber?: string
  displayName?: string
  staffIdentities: string[]
  hqVenueGroupTags: string[]
  hqVenueUniqueIds: string[]
  hasVerifiedEmail: boolean
  isLocked: boolean
  createdAt: number
}

export interface VenueState {
  id: number
  profile: Profile
  random: Random
  resources: Resource[]
  products: Product[]
  bookings: Map<string, Booking>
  holds: Map<string, Hold>
  blocks: Map<number, Block>
  guests: Map<number, Guest>
  waivers: Map<number, SignedWaiver>
  discounts: Map<number, Discount>
  giftCards: Map<string, GiftCard>
  giftCardOrders: Set<string>
  staff: Map<string, Staff>
  webhooks: Map<number, WebhookRecord>
  netsuite: { locationId: string, exportId: string }
  /** When each type was exported last. */
  bulkRequests: Map<string, number>
  /** The next number of every kind of record. */
  next: (kind: string) => number
}
