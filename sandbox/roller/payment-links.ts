/** Payment links: created by the API, paid on a page of the simulator. */
import { readFileSync } from 'node:fs'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { amounts, findBooking } from './booking.ts'
import { conflict, demand, invalid, notFound, number, textsOf } from './input.ts'
import { pay } from './ledger.ts'
import { pick } from './record.ts'
import type { Context, Routes } from './contract.ts'
import type { Booking, PaymentLink, VenueState } from './types.ts'

const entities: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' }

interface Page { status: number, title: string, text: string, button?: string }

const escape = (value: string): string => value.replace(/[&<>"']/g, (character) => entities[character] ?? '')

function render ({ title, text, button = '' }: Page): string {
  const values: Readonly<Record<string, string>> = { title, text, button, form: button === '' ? 'hidden' : '' }
  const template = readFileSync(new URL('./payment-link.html', import.meta.url), 'utf8')
  return template.replace(/\{\{(\w+)\}\}/g, (_, name: string) => escape(values[name] ?? ''))
}

/** ROLLER's documented content of the webhook. */
const eventOf = ({ uniqueId }: Booking, link: PaymentLink, bookingPaymentId: number | null = null) =>
  ({ ...pick(link, 'id', 'amount', 'url', 'email', 'phone'), bookingUniqueIdentifier: uniqueId, bookingPaymentId })

export const paymentLinkRoutes: Routes = {
  'POST /bookings/{uniqueId}/payments/links': ({ venue, url, param, body, emit }) => {
    demand(body, 'amount')
    const { email, phone } = textsOf(body, 'email', 'phone')
    if (email === undefined && phone === undefined) throw invalid('email', 'Email or phone is required')
    const booking = findBooking(venue, param('uniqueId'))
    const amount = number(body, 'amount') ?? 0
    const { remainder } = amounts(venue, booking)
    if (amount <= 0) throw invalid('amount', 'amount must be greater than zero')
    if (booking.state !== 'Active') throw conflict('Booking', 'Payment links cannot be created for this booking')
    if (remainder <= 0) throw conflict('Booking', 'Booking is already paid')
    if (amount > remainder) throw conflict('Amount', `Only ${remainder} is owing on the booking`)
    const id = venue.next('link')
    // ROLLER: if a phone is given, the email is ignored.
    const recipient = phone === undefined ? textsOf(body, 'email') : { phone }
    const link: PaymentLink = { id, url: `${url}/pay/${venue.id}/${id}`, amount, state: 'open', ...recipient }
    booking.links.push(link)
    emit('PaymentLink', 'Created', eventOf(booking, link))
    return { id: String(id), url: link.url }
  },

  'DELETE /bookings/{uniqueId}/payments/links/{paymentLinkId}': ({ venue, param, emit }) => {
    const booking = findBooking(venue, param('uniqueId'))
    const id = param('paymentLinkId')
    const link = booking.links.find((candidate) => String(candidate.id) === id)
    if (link === undefined) {
      const elsewhere = findLink(venue, id) !== undefined
      throw elsewhere
        ? conflict('PaymentLink', `Payment link '${id}' does not belong to booking '${booking.uniqueId}'`)
        : notFound(`Payment link '${id}' not found`)
    }
    link.state = 'cancelled'
    emit('PaymentLink', 'Cancelled', eventOf(booking, link))
  }
}

function findLink (venue: VenueState, id: string): { booking: Booking, link: PaymentLink } | undefined {
  for (const booking of venue.bookings.values()) {
    const link = booking.links.find((candidate) => String(candidate.id) === id)
    if (link !== undefined) return { booking, link }
  }
  return undefined
}

/** Why the link cannot be paid; undefined if it can. */
function rejectionReason (venue: VenueState, booking: Booking, { state, amount }: PaymentLink, now: number): Page | undefined {
  const isOver = booking.state !== 'Active' || (booking.expiresAt !== undefined && booking.expiresAt <= now)
  if (state === 'paid') return { status: 409, title: 'Already paid', text: 'This payment link has been paid. Nothing was charged again.' }
  if (state === 'cancelled') return { status: 410, title: 'Link cancelled', text: 'The venue has cancelled this payment link.' }
  if (isOver) return { status: 410, title: 'Link expired', text: 'The booking of this payment link is no longer open.' }
  if (amount <= amounts(venue, booking).remainder) return undefined
  return { status: 409, title: 'Nothing to pay', text: 'The booking owes less than this payment link asks for.' }
}

interface Params { venueId: string, linkId: string }

/** @param contextOf returns undefined for an unknown venue */
export function addPaymentPages (app: FastifyInstance, contextOf: (venueId: string) => Context | undefined): void {
  function respond ({ method, params }: FastifyRequest<{ Params: Params }>): Page {
    const context = contextOf(params.venueId)
    const known = context === undefined ? undefined : findLink(context.venue, params.linkId)
    if (context === undefined || known === undefined) return { status: 404, title: 'Unknown link', text: 'There is no such payment link.' }
    const { venue, now, emit } = context
    const { booking, link } = known
    const { name, locale, currency } = venue.profile
    const amount = new Intl.NumberFormat(locale, { style: 'currency', currency }).format(link.amount)
    const rejected = rejectionReason(venue, booking, link, now)
    if (rejected !== undefined) return rejected
    const text = `Booking ${booking.reference}, ${booking.name}`
    if (method !== 'POST') return { status: 200, title: name, text, button: `Pay ${amount}` }
    const { bookingPaymentId } = pay(venue, booking, { id: `link-${link.id}`, method: 'CreditCard', amount: link.amount, at: now })
    link.state = 'paid'
    delete booking.expiresAt
    emit('PaymentLink', 'Updated', eventOf(booking, link, bookingPaymentId))
    emit('Booking', 'Updated', { booking })
    return { status: 200, title: 'Paid', text: `${name} has received ${amount} for booking ${booking.reference}.` }
  }

  // A form without fields: its body is ignored.
  app.addContentTypeParser('application/x-www-form-urlencoded', { parseAs: 'buffer' }, async () => ({}))
  app.route<{ Params: Params }>({
    method: ['GET', 'POST'],
    url: '/pay/:venueId/:linkId',
    handler: async (request, reply) => {
      const page = respond(request)
      return reply.code(page.status).type('text/html; charset=utf-8')
        .header('content-security-policy', "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; frame-ancestors 'none'")
        .send(render(page))
    }
  })
}
