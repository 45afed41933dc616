/** Guests, still called customers in older paths. */
import { demand, flag, invalid, isObject, list, notFound, object, present, text, type Input } from './input.ts'
import { findVariation } from './products.ts'
import { localDate } from './time.ts'
import type { Routes, World } from './contract.ts'
import type { Address, Guest, VenueState } from './types.ts'

const genders = ['Male', 'Female', 'Other', 'PreferNotToSay'] as const
const flagTypes = ['Ban', 'VIP', 'Medical', 'Alert', 'Competency'] as const

function findGuest (venue: VenueState, id: string | undefined): Guest {
  const guest = venue.guests.get(Number(id))
  if (guest === undefined) throw notFound(`Guest ${id ?? ''} does not exist`)
  return guest
}

function readAddress (input: Input, fallback: Address | null): Address | null {
  if (!isObject(input['address'])) return fallback
  const address = object(input, 'address')
  const part = (name: keyof Address): string => text(address, name) ?? fallback?.[name] ?? ''
  return {
    street: part('street'),
    suburb: part('suburb'),
    city: part('city'),
    state: part('state'),
    postcode: part('postcode'),
    country: part('country')
  }
}

/** ROLLER: a guest with the same email is used again, and takes over what is different. */
export function upsertGuest (venue: VenueState, world: World, input: Input, now: number): Guest {
  const email = (text(input, 'email') ?? '').trim()
  const known = [...venue.guests.values()].find((guest) => guest.email?.toLowerCase() === email.toLowerCase())
  const guest: Guest = known ?? {
    customerId: venue.next('guest'),
    firstName: '',
    lastName: '',
    email,
    phone: null,
    dateOfBirth: null,
    gender: 'PreferNotToSay',
    acceptMarketing: false,
    acceptMarketingSms: false,
    taxIdentificationNumber: '',
    address: null,
    flags: [],
    createdAt: now,
    modifiedAt: now
  }
  const before = JSON.stringify(guest)
  Object.assign(guest, present({
    firstName: text(input, 'firstName'),
    lastName: text(input, 'lastName'),
    phone: text(input, 'phone'),
    gender: genders.find((gender) => gender === text(input, 'gender')),
    acceptMarketing: flag(input, 'acceptMarketing'),
    acceptMarketingSms: flag(input, 'acceptMarketingSms'),
    taxIdentificationNumber: text(input, 'taxIdentificationNumber'),
    address: readAddress(input, guest.address)
  }))
  if (known === undefined || before !== JSON.stringify(guest)) {
    guest.modifiedAt = now
    venue.guests.set(guest.customerId, guest)
    world.emit(venue, 'Customer', known === undefined ? 'Created' : 'Updated', { ...customerDetail(guest), venueId: venue.id })
  }
  return guest
}

function customerDetail (guest: Guest): Record<string, unknown> {
  const { customerId, firstName, lastName, email, phone, dateOfBirth, gender, acceptMarketing, address, flags } = guest
  return {
    customerId,
    firstName,
    lastName,
    email: email ?? '',
    phone: phone ?? '',
    ...present({ dateOfBirth: dateOfBirth ?? undefined }),
    gender,
    acceptMarketing,
    ...present({ address: address ?? undefined }),
    flags: flags.map(({ type, comment, expiryDate }) => ({ type, comment, ...present({ expiryDate: expiryDate ?? undefined }) }))
  }
}

function guestDetail (guest: Guest): Record<string, unknown> {
  const { customerId: _, createdAt: _created, modifiedAt: _modified, ...published } = guest
  return published
}

function multiPasses (venue: VenueState, guest: Guest, now: number): Record<string, unknown>[] {
  const today = localDate(now, venue.profile.zone)
  return [...venue.bookings.values()].filter((booking) => booking.customerId === guest.customerId && booking.state === 'Active')
    .flatMap((booking) => booking.items.flatMap((item) => {
      const found = findVariation(venue, item.productId)
      if (found?.product.type !== 'pass' || found.product.uses === undefined) return []
      const UsesTotal = found.product.uses * item.quantity
      const UsesRemaining = UsesTotal - item.tickets.reduce((sum, ticket) => sum + ticket.redeemedAt.length, 0)
      return [{
        BookingItemId: item.bookingItemId,
        ProductId: item.productId,
        ParentProductName: found.product.name,
        Name: found.variation.name,
        UsesRemaining,
        UsesTotal,
        ExpiryDate: item.bookingEndDate,
        IsExpired: item.bookingEndDate < today,
        IsExhausted: UsesRemaining <= 0
      }]
    }))
}

export const guestRoutes: Routes = {
  'GET /customers/{customerId}': ({ venue, params }) => ({ status: 200, body: customerDetail(findGuest(venue, params['customerId'])) }),

  'GET /customers/{customerId}/multi-passes': ({ venue, params, now }) => ({
    status: 200,
    body: multiPasses(venue, findGuest(venue, params['customerId']), now)
  }),

  'GET /guests/{guestId}': ({ venue, params }) => ({ status: 200, body: guestDetail(findGuest(venue, params['guestId'])) }),

  'PUT /guests/{guestId}': ({ venue, world, params, body, now }) => {
    const guest = findGuest(venue, params['guestId'])
    demand(body, { at: '', names: ['firstName', 'lastName'] })
    const [email, phone] = [text(body, 'email') ?? null, text(body, 'phone') ?? null]
    if (email === null && phone === null) throw invalid({ name: 'email', message: 'email or phone is required' })
    if (email !== null && !/^[^@\s]+@[^@\s]+$/.test(email)) throw invalid({ name: 'email', message: 'email must be a valid email address' })
    const dateOfBirth = text(body, 'dateOfBirth') ?? null
    if (dateOfBirth !== null && (dateOfBirth < '1900' || dateOfBirth > localDate(now, venue.profile.zone))) {
      throw invalid({ name: 'dateOfBirth', message: 'dateOfBirth must not be before 1900 or in the future' })
    }
    const flags = list(body, 'flags').flatMap((input) => {
      const type = flagTypes.find((known) => known === text(input, 'type'))
      return type === undefined ? [] : [{ type, comment: text(input, 'comment') ?? '', expiryDate: text(input, 'expiryDate') ?? null }]
    })
    Object.assign(guest, {
      firstName: text(body, 'firstName') ?? '',
      lastName: text(body, 'lastName') ?? '',
      email,
      phone,
      dateOfBirth,
      gender: genders.find((gender) => gender === text(body, 'gender')) ?? 'PreferNotToSay',
      acceptMarketing: flag(body, 'acceptMarketing') ?? false,
      acceptMarketingSms: flag(body, 'acceptMarketingSms') ?? false,
      taxIdentificationNumber: text(body, 'taxIdentificationNumber') ?? '',
      address: readAddress(body, null),
      flags,
      modifiedAt: now
    } satisfies Partial<Guest>)
    world.emit(venue, 'Customer', 'Updated', { ...customerDetail(guest), venueId: venue.id })
    return { status: 200 }
  }
}
