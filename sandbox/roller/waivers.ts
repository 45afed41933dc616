/** Signed waivers, and the forms that guests completed with a waiver or a booking. */
import { findBooking } from './booking.ts'
import { found } from './input.ts'
import { soldAs } from './products.ts'
import { pick, type Json } from './record.ts'
import { utc } from './time.ts'
import type { Call, Routes } from './contract.ts'
import type { SignedWaiver } from './types.ts'

export const WAIVER_ID = 2918
export const WAIVER_DAYS = 365

const find = ({ venue, param }: Call): SignedWaiver =>
  found(venue.waivers.get(Number(param('signedWaiverId'))), `Signed waiver ${param('signedWaiverId')} not found`)

const published = (waiver: SignedWaiver): Json => ({
  ...pick(waiver, 'signedWaiverId', 'parentSignedWaiverId', 'waiverId', 'firstName', 'lastName', 'guestId', 'dateOfBirth', 'isForMinor'),
  // ROLLER: a minor's address and number are never published.
  ...(waiver.isForMinor ? {} : pick(waiver, 'email', 'contactNumber')),
  expiryDate: utc(waiver.expiresAt),
  createdDate: utc(waiver.createdAt)
})

export const waiverRoutes: Routes = {
  'GET /signed-waivers/{signedWaiverId}': (call) => published(find(call)),

  'GET /signed-waivers/{signedWaiverId}/form-responses': (call) => {
    const { signedWaiverId, lastName, contactNumber } = find(call)
    // ROLLER returns an empty object if there was no form; every third waiver here has none.
    if (signedWaiverId % 3 === 0) return {}
    const contact = [{ question: 'Name', response: `${lastName} family` }, { question: 'Phone', response: contactNumber }]
    const injuries = { question: 'Any injuries or conditions we should know about?', response: 'None' }
    return { responses: [injuries, { groupName: 'Emergency contact', items: contact }] }
  },

  'GET /bookings/{uniqueId}/form-responses': ({ venue, param }) => {
    const booking = findBooking(venue, param('uniqueId'))
    if (!booking.items.some((item) => soldAs(venue, item).product.type === 'partypackage')) return { formResponses: [] }
    const food = { groupName: 'Food', items: [{ question: 'Any allergies?', response: 'No nuts, please' }] }
    return { formResponses: [{ formName: 'Party details', responses: [{ question: 'Whose party is it?', response: booking.name }, food] }] }
  }
}
