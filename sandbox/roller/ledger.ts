/** Payment records. ROLLER only stores the record; the money is moved elsewhere. */
import { amounts } from './booking.ts'
import { conflict, demand, invalid, number, text, type Input } from './input.ts'
import { money } from './record.ts'
import type { Booking, Payment, VenueState } from './types.ts'

export interface NewPayment { id: string, method: string, amount: number, fees?: number, tip?: number, giftCardNumber?: string, at: number }

const methods = ['CreditCard', 'CreditCardPreAuth', 'Cash', 'Cheque', 'BankTransfer', 'Other', 'Giftcard']

export function readPayment (input: Input, now: number): NewPayment {
  demand(input, 'id', 'paymentType', 'amount')
  const [method, amount, giftCardNumber] = [text(input, 'paymentType') ?? '', number(input, 'amount'), text(input, 'giftcardNumber')]
  if (amount === undefined) throw invalid('amount', 'amount must be a number')
  if (!methods.includes(method)) throw invalid('paymentType', `paymentType '${method}' is not supported`)
  const date = Date.parse(text(input, 'transactionDate') ?? '')
  const at = Number.isNaN(date) ? now : date
  const payment = { id: text(input, 'id') ?? '', method, amount, fees: number(input, 'creditCardFees') ?? 0, at }
  if (method !== 'Giftcard') return payment
  if (giftCardNumber === undefined) throw invalid('giftcardNumber', 'giftcardNumber is required for Giftcard payments')
  return { ...payment, giftCardNumber }
}

export function deduct (venue: VenueState, giftCardNumber: string, amount: number, at: number): void {
  const rejected = (message: string) => conflict('GiftCardNumber', message)
  const card = venue.giftCards.get(giftCardNumber)
  if (card === undefined) throw rejected(`Could not find giftcard for number ${giftCardNumber}`)
  if (card.expiresAt <= at) throw rejected(`Giftcard ${giftCardNumber} has expired`)
  if (amount > card.balance) throw rejected(`Giftcard ${giftCardNumber} has a balance of ${card.balance} only`)
  Object.assign(card, { balance: money(card.balance - amount), usedAt: at, modifiedAt: at })
}

/** Records one payment after all checks. A negative amount is a refund. */
export function pay (venue: VenueState, booking: Booking, payment: NewPayment): Payment {
  const { id, method, amount, fees = 0, tip = 0, giftCardNumber, at } = payment
  // All payments of a gift card have the card's number; every other transaction id is unique.
  const known = [...venue.bookings.values(), booking].some(({ payments }) => payments.some(({ transactionId }) => transactionId === id))
  if (known && giftCardNumber === undefined) throw conflict('Payment', `Payment '${id}' already exists`)
  if (amount < 0 && -amount > amounts(venue, booking).paid) throw conflict('Payment', 'Refund is more than the amount already paid')
  // ROLLER: the gift cards of a draft are charged when it is published.
  if (giftCardNumber !== undefined && booking.state !== 'Draft') deduct(venue, giftCardNumber, amount, at)
  const ids = { bookingPaymentId: venue.next('payment'), uniqueId: venue.random.uuid(), transactionId: giftCardNumber ?? id }
  const made: Payment = { ...ids, paymentMethod: method, total: amount, tip, fees, createdAt: at }
  booking.payments.push(made)
  booking.fees = money(booking.fees + fees)
  booking.modifiedAt = Math.max(booking.modifiedAt, at)
  return made
}
