/** Payments, refunds, tips and payment links. ROLLER only keeps the record; the money moves elsewhere. */
import { amounts } from './booking-view.ts'
import { findBooking } from './bookings.ts'
import { conflict, demand, invalid, money, notFound, number, Refusal, text, type Input } from './input.ts'
import type { Routes } from './contract.ts'
import type { Booking, VenueState } from './types.ts'

export interface NewPayment { id: string, method: string, amount: number, fees?: number, tip?: number, giftCardNumber?: string, at: number }

const tenders = ['CreditCard', 'CreditCardPreAuth', 'Cash', 'Cheque', 'BankTransfer', 'Other']

export function readPayment (input: Input, now: number): NewPayment {
  const method = text(input, 'paymentType') ?? ''
  const amount = number(input, 'amount')
  const giftCardNumber = text(input, 'giftcardNumber')
  if (amount === undefined) throw invalid({ name: 'amount', message: 'amount must be a number' })
  if (![...tenders, 'Giftcard'].includes(method)) {
    throw invalid({ name: 'paymentType', message: `paymentType '${method}' is not supported` })
  }
  if (method === 'Giftcard' && giftCardNumber === undefined) {
    throw invalid({ name: 'giftcardNumber', message: 'giftcardNumber is required for Giftcard payments' })
  }
  const date = Date.parse(text(input, 'transactionDate') ?? '')
  return {
    id: text(input, 'id') ?? '',
    method,
    amount,
    fees: number(input, 'creditCardFees') ?? 0,
    at: Number.isNaN(date) ? now : date,
    ...(method === 'Giftcard' && giftCardNumber !== undefined ? { giftCardNumber } : {})
  }
}

/** Records one payment, after every check, and answers its unique id. A negative amount is a refund. */
export function pay (venue: VenueState, booking: Booking, payment: NewPayment): string {
  const { id, method, amount, fees = 0, tip = 0, giftCardNumber, at } = payment
  const isCard = giftCardNumber !== undefined
  // A gift card's payments all carry the card's number; every other transaction id counts once.
  if (!isCard && [...venue.bookings.values(), booking].some((known) => known.payments.some((record) => record.transactionId === id))) {
    throw conflict({ name: 'Payment', message: `Payment '${id}' already exists` })
  }
  if (amount < 0 && -amount > amounts(venue, booking).paid) {
    throw conflict({ name: 'Payment', message: 'Refund is more than the amount already paid' })
  }
  if (isCard) {
    const card = venue.giftCards.get(giftCardNumber)
    if (card === undefined) throw conflict({ name: 'GiftCardNumber', message: `Could not find giftcard for number ${giftCardNumber}` })
    if (card.expiresAt <= at) throw conflict({ name: 'GiftCardNumber', message: `Giftcard ${giftCardNumber} has expired` })
    if (amount > card.balance) {
      throw conflict({ name: 'GiftCardNumber', message: `Giftcard ${giftCardNumber} has a balance of ${card.balance} only` })
    }
    card.balance = money(card.balance - amount)
    card.usedAt = at
    card.modifiedAt = at
  }
  const uniqueId = venue.random.uuid()
  booking.payments.push({
    bookingPaymentId: venue.next('payment'),
    uniqueId,
    transactionId: giftCardNumber ?? id,
    paymentMethod: method,
    total: amount,
    tip,
    fees,
    createdAt: at
  })
  booking.fees = money(booking.fees + fees)
  booking.modifiedAt = Math.max(booking.modifiedAt, at)
  return uniqueId
}

/** The whole of what was paid, given back in one record. */
export function refundAll (venue: VenueState, booking: Booking, method: string, id: string | undefined, now: number): void {
  const { paid } = amounts(venue, booking)
  if (paid > 0) pay(venue, booking, { id: id ?? `refund-${booking.reference}`, method, amount: -paid, at: now })
}

/** Payments answer 409 where other endpoints answer 404: the documents know no 404 here. */
function payable (venue: VenueState, id: string | undefined): Booking {
  try {
    const booking = findBooking(venue, id)
    if (booking.state === 'Active') return booking
  } catch (error) {
    if (!(error instanceof Refusal)) throw error
  }
  throw conflict({ name: 'Booking', message: `Booking '${id ?? ''}' not found` })
}

export const paymentRoutes: Routes = {
  'POST /bookings/{uniqueId}/payments': ({ venue, world, params, body, now }) => {
    demand(body, { at: '', names: ['id', 'paymentType', 'amount'] })
    const payment = readPayment(body, now)
    const booking = payable(venue, params['uniqueId'])
    const uniqueId = pay(venue, booking, payment)
    // A tentative booking that has been paid stays.
    delete booking.expiresAt
    booking.modifiedAt = now
    world.emit(venue, 'Booking', 'Updated', { booking })
    return { status: 200, body: { uniqueId } }
  },

  'POST /bookings/{uniqueId}/payments/tips': ({ venue, world, params, body, now }) => {
    demand(body, { at: '', names: ['id', 'paymentType', 'amount'] })
    const tip = readPayment({ ...body, giftcardNumber: '' }, now)
    if (tip.amount <= 0) throw invalid({ name: 'amount', message: 'amount must be greater than zero' })
    if (tip.method === 'Giftcard') throw invalid({ name: 'paymentType', message: 'Giftcard cannot be used for tips' })
    const booking = payable(venue, params['uniqueId'])
    const uniqueId = pay(venue, booking, { ...tip, tip: tip.amount })
    booking.modifiedAt = now
    world.emit(venue, 'Booking', 'Updated', { booking })
    return { status: 201, body: { uniqueId } }
  },

  'POST /bookings/{uniqueId}/payments/links': ({ venue, world, params, body, now }) => {
    demand(body, { at: '', names: ['amount'] })
    if (text(body, 'email') === undefined && text(body, 'phone') === undefined) {
      throw invalid({ name: 'email', message: 'Email or phone is required' })
    }
    const booking = findBooking(venue, params['uniqueId'])
    const amount = number(body, 'amount') ?? 0
    const { remainder } = amounts(venue, booking)
    if (amount <= 0) throw invalid({ name: 'amount', message: 'amount must be greater than zero' })
    if (booking.state !== 'Active') throw conflict({ name: 'Booking', message: 'Payment links cannot be created for this booking' })
    if (remainder <= 0) throw conflict({ name: 'Booking', message: 'Booking is already paid' })
    if (amount > remainder) throw conflict({ name: 'Amount', message: `Only ${remainder} is owing on the booking` })
    const id = venue.next('link')
    const link = { id, url: `https://pay.example/${venue.id}/${id}`, amount, createdAt: now, cancelled: false }
    booking.links.push(link)
    const [email, phone] = [text(body, 'email'), text(body, 'phone')]
    world.emit(
      venue,
      'PaymentLink',
      'Created',
      { id, bookingUniqueIdentifier: booking.uniqueId, amount, url: link.url, ...(phone === undefined ? { email } : { phone }), bookingPaymentId: null }
    )
    return { status: 200, body: { id: String(id), url: link.url } }
  },

  'DELETE /bookings/{uniqueId}/payments/links/{paymentLinkId}': ({ venue, world, params }) => {
    const booking = findBooking(venue, params['uniqueId'])
    const id = Number(params['paymentLinkId'])
    const link = booking.links.find((candidate) => candidate.id === id)
    if (link === undefined) {
      const elsewhere = [...venue.bookings.values()].some((known) => known.links.some((candidate) => candidate.id === id))
      if (elsewhere) {
        throw conflict({ name: 'PaymentLink', message: `Payment link '${id}' does not belong to booking '${booking.uniqueId}'` })
      }
      throw notFound(`Payment link '${params['paymentLinkId'] ?? ''}' not found`)
    }
    link.cancelled = true
    const { url, amount } = link
    world.emit(venue, 'PaymentLink', 'Cancelled', { id, bookingUniqueIdentifier: booking.uniqueId, amount, url, bookingPaymentId: null })
    return { status: 200 }
  }
}
