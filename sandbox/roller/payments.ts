/** Payments, refunds and tips of a booking. */
import { findBooking } from './booking.ts'
import { Created, type Call, type Routes } from './contract.ts'
import { conflict, invalid, ErrorResponse } from './input.ts'
import { pay, readPayment, type NewPayment } from './ledger.ts'
import type { Booking } from './types.ts'

/** Payments return 409 where other endpoints return 404: the documents list no 404 here. */
function payable ({ venue, param }: Call): Booking {
  const id = param('uniqueId')
  try {
    const booking = findBooking(venue, id)
    if (booking.state === 'Active') return booking
  } catch (error) {
    if (!(error instanceof ErrorResponse)) throw error
  }
  throw conflict('Booking', `Booking '${id}' not found`)
}

function record (call: Call, payment: NewPayment): { uniqueId: string } {
  const booking = payable(call)
  const { uniqueId } = pay(call.venue, booking, payment)
  booking.modifiedAt = call.now
  // A tentative booking that has been paid does not expire.
  if (payment.tip === undefined) delete booking.expiresAt
  call.emit('Booking', 'Updated', { booking })
  return { uniqueId }
}

export const paymentRoutes: Routes = {
  'POST /bookings/{uniqueId}/payments': (call) => record(call, readPayment(call.body, call.now)),

  'POST /bookings/{uniqueId}/payments/tips': (call) => {
    const tip = readPayment({ ...call.body, giftcardNumber: '' }, call.now)
    if (tip.amount <= 0) throw invalid('amount', 'amount must be greater than zero')
    if (tip.method === 'Giftcard') throw invalid('paymentType', 'Giftcard cannot be used for tips')
    return new Created(record(call, { ...tip, tip: tip.amount }))
  }
}
