/** Signed waivers, and the forms that guests filled in with a waiver or a booking. */
import { findBooking } from './bookings.ts'
import { notFound } from './input.ts'
import { findVariation } from './products.ts'
import { utc } from './time.ts'
import type { Routes } from './contract.ts'
import type { SignedWaiver, VenueState } from './types.ts'

function find (venue: VenueState, id: string | undefined): SignedWaiver {
  const waiver = venue.waivers.get(Number(id))
  if (waiver === undefined) throw notFound(`Signed waiver ${id ?? ''} not found`)
  return waiver
}

function published (waiver: SignedWaiver): Record<string, unknown> {
  const {
    signedWaiverId,
    parentSignedWaiverId,
    waiverId,
    firstName,
    lastName,
    guestId,
    dateOfBirth,
    isForMinor,
    email,
    contactNumber
  } = waiver
  return {
    signedWaiverId,
    parentSignedWaiverId,
    waiverId,
    firstName,
    lastName,
    guestId,
    dateOfBirth,
    // ROLLER: a minor's address and number are never published.
    ...(isForMinor ? {} : { email, contactNumber }),
    isForMinor,
    expiryDate: utc(waiver.expiresAt),
    createdDate: utc(waiver.createdAt)
  }
}

const answers = (waiver: SignedWaiver): Record<string, unknown>[] => [
  { question: 'Any injuries or conditions we should know about?', answer: 'None' },
  {
    groupName: 'Emergency contact',
    items: [{ question: 'Name', answer: `${waiver.lastName} family` }, { question: 'Phone', answer: waiver.contactNumber }]
  }
]

export const waiverRoutes: Routes = {
  'GET /signed-waivers/{signedWaiverId}': ({ venue, params }) => ({ status: 200, body: published(find(venue, params['signedWaiverId'])) }),

  'GET /signed-waivers/{signedWaiverId}/form-responses': ({ venue, params }) => {
    const waiver = find(venue, params['signedWaiverId'])
    // ROLLER answers an empty object where there was no form; every third waiver here had none.
    return { status: 200, body: waiver.signedWaiverId % 3 === 0 ? {} : { responses: answers(waiver) } }
  },

  'GET /bookings/{uniqueId}/form-responses': ({ venue, params }) => {
    const booking = findBooking(venue, params['uniqueId'])
    const party = booking.items.some((item) => findVariation(venue, item.productId)?.product.type === 'partypackage')
    const formResponses = party
      ? [{
          formName: 'Party details',
          responses: [
            { question: 'Whose party is it?', answer: booking.name },
            { groupName: 'Food', items: [{ question: 'Any allergies?', answer: 'No nuts, please' }] }
          ]
        }]
      : []
    return { status: 200, body: { formResponses } }
  }
}
