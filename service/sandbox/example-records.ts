/** Records of the demo venue that the example calls use, created beforehand. */
import type { VenueState } from 'roller-sandbox'
import { person, stockProduct, WEBHOOK, type ExampleBodies, type Json } from './example-bodies.ts'

export type Call = (method: string, path: string, body?: Json) => Json
/** By what each is for. */
export type ExampleRecords = ReturnType<typeof createRecords>

export function createRecords (call: Call, venue: VenueState, bodies: ExampleBodies) {
  const { block, booking, discount, items, payment } = bodies
  const book = (externalId: string, items: Json[]): string => String(call('POST', '/bookings', booking(externalId, items))['uniqueId'])
  const stock = call('POST', '/products/stock', stockProduct('Caps'))
  const hold = String(call('POST', '/capacity-reservation', { items: items(1) })['uniqueId'])
  // A hold expires after ten minutes, too soon for readers of the documents.
  const held = venue.holds.get(hold)
  if (held !== undefined) held.expiresAt = Infinity
  const newBlock = (): number => Number(call('POST', '/capacity-reservation/block', block)['resourceCapacityBlockId'])
  const newDiscount = (name: string, code: string): number => {
    const id = Number(call('POST', '/discounts', { ...discount, name })['discountId'])
    call('POST', `/discounts/${id}/codes`, { codes: [code] })
    return id
  }
  const newWebhook = (): string => String(call('POST', '/webhooks', WEBHOOK)['webhookId'])
  const newStaff = (firstName: string): string => String(call('POST', '/staff', person(firstName))['uniqueId'])
  const open = book('docs-open', items(1))
  const visit = book('docs-visit', [bodies.membership])
  return {
    stock: Number(stock['productId']),
    medium: Number((stock['products'] as Json[])[0]?.['productId']), // as created above
    hold,
    block: newBlock(),
    blockToDelete: newBlock(),
    discount: newDiscount('Members', 'MEMBER'),
    discountToChange: newDiscount('Spring', 'SPRING'),
    draft: String(call('POST', '/bookings/draft', booking('docs-draft', bodies.freeItems))['uniqueId']),
    open,
    toCancel: book('docs-cancel', items(1)),
    toDelete: book('docs-delete', items(1)),
    paymentLink: Number(call('POST', `/bookings/${open}/payments/links`, payment)['id']),
    ticket: venue.bookings.get(visit)?.items[0]?.tickets[0]?.ticketId,
    withResponses: [...venue.bookings.values()].find(({ state }) => state === 'Active')?.uniqueId ?? open,
    giftCardNumber: (call('POST', '/giftcards', bodies.giftCards('docs-cards'))['giftCardNumbers'] as string[])[0], // as ROLLER returns it
    guest: [...venue.guests.keys()][5] ?? 0,
    signedWaiver: [...venue.waivers.keys()][0] ?? 0,
    webhook: newWebhook(),
    webhookToDelete: newWebhook(),
    staff: newStaff('Sam'),
    staffToDelete: newStaff('Kim'),
    colleague: [...venue.staff.values()].find(({ hasVerifiedEmail }) => hasVerifiedEmail)?.uniqueId ?? ''
  }
}
