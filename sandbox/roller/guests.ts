/** Guests, called customers in older paths. */
import { demand, flag, found, invalid, isObject, list, object, oneOf, text, textsOf, type Input } from './input.ts'
import { soldAs } from './products.ts'
import { pick, present, type Json } from './record.ts'
import { localDate } from './time.ts'
import type { Call, Routes } from './contract.ts'
import type { Address, Guest } from './types.ts'

export const genders = ['Male', 'Female', 'Other', 'PreferNotToSay'] as const
const flagTypes = ['Ban', 'VIP', 'Medical', 'Alert', 'Competency'] as const
const nowhere: Address = { street: '', suburb: '', city: '', state: '', postcode: '', country: '' }

function findGuest ({ venue, param }: Call, name: string): Guest {
  return found(venue.guests.get(Number(param(name))), `Guest ${param(name)} does not exist`)
}

/** The given fields among those that every write accepts. */
const readGuest = (input: Input, known: Address | null): Partial<Guest> => ({
  ...textsOf(input, 'firstName', 'lastName', 'phone', 'taxIdentificationNumber'),
  ...present({
    gender: oneOf(input, 'gender', genders),
    acceptMarketing: flag(input, 'acceptMarketing'),
    acceptMarketingSms: flag(input, 'acceptMarketingSms'),
    address: isObject(input['address'])
      ? { ...nowhere, ...known, ...textsOf(object(input, 'address'), 'street', 'suburb', 'city', 'state', 'postcode', 'country') }
      : undefined
  })
})

const noContact = { email: null, phone: null, dateOfBirth: null, address: null }
const blank = {
  ...noContact,
  firstName: '',
  lastName: '',
  gender: 'PreferNotToSay',
  acceptMarketing: false,
  acceptMarketingSms: false,
  taxIdentificationNumber: ''
} as const

/** ROLLER: an existing guest with the same email is reused and updated. */
export function upsertGuest ({ venue, now, emit }: Call, input: Input): Guest {
  const email = (text(input, 'email') ?? '').trim()
  const known = [...venue.guests.values()].find((guest) => guest.email?.toLowerCase() === email.toLowerCase())
  const guest = known ?? { customerId: venue.next('guest'), ...blank, email, flags: [], createdAt: now, modifiedAt: now }
  const before = JSON.stringify(guest)
  Object.assign(guest, readGuest(input, guest.address))
  if (known === undefined || before !== JSON.stringify(guest)) {
    guest.modifiedAt = now
    venue.guests.set(guest.customerId, guest)
    emit('Customer', known === undefined ? 'Created' : 'Updated', { ...customerDetail(guest), venueId: venue.id })
  }
  return guest
}

/** A flag without undefined properties. */
export const publishedFlags = ({ flags }: Guest) =>
  flags.map(({ type, comment, expiryDate }) => ({ type, comment, ...present({ expiryDate: expiryDate ?? undefined }) }))

const customerDetail = (guest: Guest): Json => ({
  ...pick(guest, 'customerId', 'firstName', 'lastName', 'gender', 'acceptMarketing'),
  email: guest.email ?? '',
  phone: guest.phone ?? '',
  ...present({ dateOfBirth: guest.dateOfBirth ?? undefined, address: guest.address ?? undefined }),
  flags: publishedFlags(guest)
})

function multiPasses ({ venue, now }: Call, { customerId }: Guest): Json[] {
  const today = localDate(now, venue.profile.zone)
  const items = [...venue.bookings.values()].filter((booking) => booking.customerId === customerId && booking.state === 'Active')
    .flatMap((booking) => booking.items)
  return items.flatMap((item) => {
    const { product, variation } = soldAs(venue, item)
    if (product.type !== 'pass' || product.uses === undefined) return []
    const UsesTotal = product.uses * item.quantity
    const UsesRemaining = UsesTotal - item.tickets.flatMap((ticket) => ticket.redeemedAt).length
    const identity = { BookingItemId: item.bookingItemId, ProductId: item.productId, ParentProductName: product.name, Name: variation.name }
    const expiry = { ExpiryDate: item.bookingEndDate, IsExpired: item.bookingEndDate < today }
    return [{ ...identity, UsesRemaining, UsesTotal, ...expiry, IsExhausted: UsesRemaining <= 0 }]
  })
}

export const guestRoutes: Routes = {
  'GET /customers/{customerId}': (call) => customerDetail(findGuest(call, 'customerId')),

  'GET /customers/{customerId}/multi-passes': (call) => multiPasses(call, findGuest(call, 'customerId')),

  'GET /guests/{guestId}': (call) => {
    const { customerId: _, createdAt: _created, modifiedAt: _modified, ...published } = findGuest(call, 'guestId')
    return published
  },

  'PUT /guests/{guestId}': (call) => {
    const { venue, body, now, emit } = call
    const guest = findGuest(call, 'guestId')
    demand(body, 'firstName', 'lastName')
    const { email, phone, dateOfBirth } = textsOf(body, 'email', 'phone', 'dateOfBirth')
    if (email === undefined && phone === undefined) throw invalid('email', 'email or phone is required')
    if (email !== undefined && !/^[^@\s]+@[^@\s]+$/.test(email)) throw invalid('email', 'email must be a valid email address')
    if (dateOfBirth !== undefined && (dateOfBirth < '1900' || dateOfBirth > localDate(now, venue.profile.zone))) {
      throw invalid('dateOfBirth', 'dateOfBirth must not be before 1900 or in the future')
    }
    const flags = list(body, 'flags').flatMap((input) => {
      const type = oneOf(input, 'type', flagTypes)
      return type === undefined ? [] : [{ type, comment: text(input, 'comment') ?? '', expiryDate: text(input, 'expiryDate') ?? null }]
    })
    // ROLLER: fields that are left out are cleared.
    Object.assign(guest, blank, readGuest(body, null), present({ email, dateOfBirth }), { flags, modifiedAt: now })
    emit('Customer', 'Updated', { ...customerDetail(guest), venueId: venue.id })
  }
}
