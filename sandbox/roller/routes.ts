/** All operations by ROLLER's own method and path template. */
import type { FastifyInstance, FastifyRequest } from 'fastify'
import type { Call, Handler, Routes } from './contract.ts'
import { availabilityRoutes } from './availability.ts'
import { bookingRoutes } from './bookings.ts'
import { bulkRoutes } from './bulk.ts'
import { discountRoutes } from './discounts.ts'
import { draftRoutes } from './drafts.ts'
import { giftCardRoutes } from './gift-cards.ts'
import { guestRoutes } from './guests.ts'
import { notFound, Refusal } from './input.ts'
import { paymentRoutes } from './payments.ts'
import { productRoutes } from './products.ts'
import { redemptionRoutes } from './redemptions.ts'
import { reportRoutes } from './reports.ts'
import { reservationRoutes } from './reservations.ts'
import { staffRoutes } from './staff.ts'
import { stockRoutes } from './stock.ts'
import { venueRoutes } from './venue.ts'
import { waiverRoutes } from './waivers.ts'
import { webhookRoutes } from './webhooks.ts'

const tables: readonly Routes[] = [
  venueRoutes, productRoutes, stockRoutes, availabilityRoutes, reservationRoutes, bookingRoutes, draftRoutes, paymentRoutes, discountRoutes,
  guestRoutes, waiverRoutes, redemptionRoutes, giftCardRoutes, webhookRoutes, staffRoutes, reportRoutes, bulkRoutes
]
const table = tables.flatMap((routes) => Object.entries(routes)).map(([key, handler]) => {
  const [method = '', path = ''] = key.split(' ')
  return { method, path, handler, pattern: new RegExp(`^${path.replace(/\{(\w+)\}/g, '(?<$1>[^/]+)')}$`) }
})

/** 405 for a known path under another method, 404 for any other. */
const unknownRoute = (path: string): Refusal => table.some(({ pattern }) => pattern.test(path))
  ? new Refusal(405, { message: `No operation at ${path} has this method` })
  : notFound(`No resource was found at ${path}`)

/** A handler and the parameters of a path, without HTTP. */
export function findRoute (method: string, path: string): { handler: Handler, params: Record<string, string> } {
  const found = table.find((route) => route.method === method && route.pattern.test(path))
  if (found === undefined) throw unknownRoute(path)
  return { handler: found.handler, params: found.pattern.exec(path)?.groups ?? {} }
}

type Typed = { Params: Record<string, string>, Querystring: Record<string, string>, Body: Call['body'] | undefined }

/** @param contextOf whose call it is, and what it works on */
export function addRoutes (app: FastifyInstance, contextOf: (request: FastifyRequest) => Pick<Call, 'venue' | 'world' | 'now'>): void {
  for (const { method, path, handler } of table) {
    app.route<Typed>({
      method,
      url: path.replace(/\{(\w+)\}/g, ':$1'),
      handler (request, reply) {
        const { params, query, body = {}, headers } = request
        const answer = handler({ ...contextOf(request), params, query: (name) => query[name.toLowerCase()], body, headers })
        reply.code(answer.status).headers(answer.headers ?? {}).send(answer.body)
      }
    })
  }
  app.setNotFoundHandler((request) => { throw unknownRoute(request.url.split('?')[0] ?? '') })
}
