/** The data of a simulated venue in memory. Names are ROLLER's where it publishes the property. */
import type { Input } from './input.ts'
import type { Profile } from './profiles.ts'
import type { Random } from './random.ts'

interface Created { createdAt: number }
interface Changed extends Created { modifiedAt: number }
interface Named { firstName: string, lastName: string }
interface Session { startTime?: string, endTime?: string }

/** ROLLER: location in the API, resource in its user interface; capacity is counted for it. */
export interface Resource { id: number, name: string, capacity: number, allowMultipleBookings: boolean }

interface Stock { barcodeId?: string, externalId?: string, costOfGoods?: number, parLevel?: number }

export interface Variation extends Stock {
  id: number
  name: string
  description: string
  price: number
  groupSize: number
  /** Stock on hand; null is unlimited. */
  stock?: number | null
  openValue?: { min: number, max: number }
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
  /** How often one ticket may be redeemed. @default once */
  uses?: number
  waiver: boolean
}

interface Holder { customTicketId?: string, name?: string, customerId?: number, signedWaiverId?: number }
export interface Ticket extends Holder { ticketId: string, redeemedAt: number[] }

interface Sale { productId: number, quantity: number, bookingDate: string, bookingEndDate: string, cost: number, discount: number }
export interface BookingItem extends Sale, Session, Created { bookingItemId: number, tickets: Ticket[] }

interface Transaction { transactionId: string, paymentMethod: string, total: number, tip: number, fees: number }
export interface Payment extends Transaction, Created { bookingPaymentId: number, uniqueId: string }

type LinkState = 'open' | 'paid' | 'cancelled'
export interface PaymentLink { id: number, url: string, amount: number, state: LinkState, email?: string, phone?: string }

interface Notes { companyId?: number, comments?: string, posNotes?: string, metadata: Record<string, string> }
interface Account { payments: Payment[], links: PaymentLink[], discount: number, fees: number, tax: number }

export interface Booking extends Changed, Notes, Account {
  uniqueId: string
  reference: string
  externalId?: string
  channel: 'VenueManager' | 'POS' | 'Online' | 'Api'
  state: 'Draft' | 'Active' | 'Cancelled' | 'Deleted'
  name: string
  customerId: number
  items: BookingItem[]
  discountIds: number[]
  discountCodes: string[]
  /** The instant at which a tentative booking releases its capacity. */
  expiresAt?: number
  /** The reservation of a draft's capacity. */
  capacityReservationId?: string
}

/** A part of a resource in use during a period of one venue-local day, in minutes since midnight. */
export interface Usage { resourceId: number, date: string, from: number, to: number, amount: number }

export interface Hold { uniqueId: string, usages: Usage[], expiresAt: number }

/** In ROLLER's form, except for its capacity. */
export interface Block extends Required<Session> {
  blockId: number
  resourceId: number
  date: string
  blockEntireDay: boolean
  capacity: number
  notes: string
}

interface Validity { startDate: string | null, endDate: string | null, usageLimit: number | null, usageLimitType: 'PerCode' | null }
interface Channels { salesChannels: string[], discountGenerationChannels: string[], printDiscountsOnReceipt: boolean }

/** In ROLLER's form, except for its codes. */
export interface Discount extends Validity, Channels {
  discountId: number
  status: 'Active' | 'Archived'
  name: string
  amountOff: number | null
  percentOff: number | null
  productIds: string[]
  codes: string[]
}

export interface GiftCard extends Changed {
  giftCardNumber: string
  productId: number
  bookingReference: string
  balance: number
  initialValue: number
  usedAt?: number
  expiresAt: number
}

export interface WebhookRecord extends Created {
  webhookId: number
  /** Set after the last failed retry: ROLLER then disables the webhook. */
  disabled: boolean
  configuration: Input
}

export interface Address { street: string, suburb: string, city: string, state: string, postcode: string, country: string }
type FlagType = 'Ban' | 'VIP' | 'Medical' | 'Alert' | 'Competency'

export interface Guest extends Named, Changed {
  customerId: number
  email: string | null
  phone: string | null
  dateOfBirth: string | null
  gender: 'Male' | 'Female' | 'Other' | 'PreferNotToSay'
  acceptMarketing: boolean
  acceptMarketingSms: boolean
  taxIdentificationNumber: string
  address: Address | null
  flags: { type: FlagType, comment: string, expiryDate: string | null }[]
}

export interface SignedWaiver extends Named, Created {
  signedWaiverId: number
  parentSignedWaiverId: number | null
  waiverId: number
  guestId: number
  dateOfBirth: string
  isForMinor: boolean
  email: string
  contactNumber: string
  expiresAt: number
}

interface Contact { email?: string, posPin?: string, externalId?: string, contactNumber?: string, displayName?: string }
interface Memberships { staffIdentities: string[], hqVenueGroupTags: string[], hqVenueUniqueIds: string[] }

export interface Staff extends Named, Contact, Memberships, Created {
  staffId: number
  uniqueId: string
  roleId: number
  hasVerifiedEmail: boolean
  isLocked: boolean
}

export interface VenueState {
  readonly id: number
  readonly profile: Profile
  readonly random: Random
  readonly resources: Resource[]
  readonly products: Product[]
  readonly bookings: Map<string, Booking>
  readonly holds: Map<string, Hold>
  readonly blocks: Map<number, Block>
  readonly guests: Map<number, Guest>
  readonly waivers: Map<number, SignedWaiver>
  readonly discounts: Map<number, Discount>
  readonly giftCards: Map<string, GiftCard>
  readonly giftCardOrders: Set<string>
  readonly staff: Map<string, Staff>
  readonly webhooks: Map<number, WebhookRecord>
  netsuite: { locationId: string, exportId: string }
  /** The last export of each type. */
  readonly bulkRequests: Map<string, number>
  /** The next number of each kind of record. */
  readonly next: (kind: string) => number
}
