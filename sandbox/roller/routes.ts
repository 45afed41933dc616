/** All operations by ROLLER's method and path template. */
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { Created, type Call, type Context, type Handler, type Routes } from './contract.ts'
import { availabilityRoutes } from './availability.ts'
import { bookingRoutes } from './bookings.ts'
import { bulkRoutes } from './reports/bulk.ts'
import { discountRoutes } from './discounts.ts'
import { draftRoutes } from './drafts.ts'
import { giftCardRoutes } from './gift-cards.ts'
import { guestRoutes } from './guests.ts'
import { notFound, ErrorResponse } from './input.ts'
import { paymentLinkRoutes } from './payment-links.ts'
import { paymentRoutes } from './payments.ts'
import { productRoutes } from './products.ts'
import { redemptionRoutes } from './redemptions.ts'
import { reportRoutes } from './reports/routes.ts'
import { reservationRoutes } from './reservations.ts'
import { staffRoutes } from './staff.ts'
import { stockRoutes } from './stock.ts'
import { generateBookings } from './seed/venue.ts'
import { venueRoutes } from './venue.ts'
import { waiverRoutes } from './waivers.ts'
import { webhookRoutes } from './webhooks.ts'

const tables: readonly Routes[] = [
  venueRoutes, productRoutes, stockRoutes, availabilityRoutes, reservationRoutes, bookingRoutes, draftRoutes, paymentRoutes,
  paymentLinkRoutes, discountRoutes, guestRoutes, waiverRoutes, redemptionRoutes,
  giftCardRoutes, webhookRoutes, staffRoutes, reportRoutes, bulkRoutes
]
const table = tables.flatMap((routes) => Object.entries(routes)).map(([key, handler]) => {
  const [method = '', path = ''] = key.split(' ')
  const change: Handler = (call) => {
    generateBookings(call.venue)
    return handler(call)
  }
  return { method, path, handler: method === 'GET' ? handler : change, pattern: new RegExp(`^${path.replace(/\{(\w+)\}/g, '(?<$1>[^/]+)')}$`) }
})

/** 405 for a known path with another method, 404 for any other. */
const unknownRoute = (path: string): ErrorResponse => table.some(({ pattern }) => pattern.test(path))
  ? new ErrorResponse(405, { message: `No operation at ${path} has this method` })
  : notFound(`No resource was found at ${path}`)

/** The result of an operation without HTTP. */
export function perform (context: Context, method: string, path: string, body: Call['body']): unknown {
  const found = table.find((route) => route.method === method && route.pattern.test(path))
  if (found === undefined) throw unknownRoute(path)
  const params = found.pattern.exec(path)?.groups ?? {}
  const response = found.handler({ ...context, param: (name) => params[name] ?? '', query: () => undefined, body, headers: {} })
  return response instanceof Created ? response.body : response
}

interface Typed { Params: Record<string, string>, Querystring: Record<string, string>, Body: Call['body'] | undefined }

/** @param contextOf returns the context of a call */
export function addRoutes (app: FastifyInstance, contextOf: (request: FastifyRequest) => Context): void {
  for (const { method, path, handler } of table) {
    app.route<Typed>({
      method,
      url: path.replace(/\{(\w+)\}/g, ':$1'),
      handler (request, reply) {
        const { params, query, body = {}, headers } = request
        const param = (name: string) => params[name] ?? ''
        const response = handler({ ...contextOf(request), param, query: (name) => query[name.toLowerCase()], body, headers })
        if (response instanceof Created) reply.code(201).send(response.body)
        else reply.send(response)
      }
    })
  }
  app.setNotFoundHandler((request) => { throw unknownRoute(request.url.split('?')[0] ?? '') })
}
