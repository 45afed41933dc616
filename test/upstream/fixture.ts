import { createServer, type IncomingMessage, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Test } from 'tap'
import { holdsNoSecret, VENUE, type Built } from '../support/build.ts'

export interface Response { readonly statusCode: number, readonly headers: Record<string, unknown>, readonly payload: string }
export interface Expected {
  readonly status: number
  readonly code: string
  readonly layer: string
  readonly retryAfter?: number | 'some'
  readonly detail?: RegExp
}
export interface Request {
  readonly method?: 'GET' | 'POST' | 'PUT'
  readonly url?: string
  readonly payload?: string | Buffer
  /** Roller-Max-Wait in seconds. */
  readonly maxWait?: number
}

/** A GET of the venue, or of the given path. */
export async function call (built: Built, { maxWait, ...request }: Request = {}): Promise<Response> {
  const type = request.payload !== undefined && { 'content-type': 'application/json' }
  const wait = maxWait !== undefined && { 'roller-max-wait': String(maxWait) }
  return await built.app.inject({ url: '/roller/venues/me', ...request, headers: { ...VENUE, ...type, ...wait } })
}

/** The response is a complete problem document of this kind, and neither it nor the log contains a secret. */
export function isProblem (t: Test, built: Built, response: Response, { status, code, layer, retryAfter, detail }: Expected): void {
  t.equal(response.statusCode, status, code)
  t.match(response.headers['content-type'], /^application\/problem\+json/)
  const problem = JSON.parse(response.payload)
  t.match(problem, { type: `/problems/${code}`, status, code, layer, title: /./, detail: detail ?? /./, hint: /.{10}/, instance: /./ })
  if (retryAfter === 'some') t.ok(Number.isInteger(problem.retryAfter) && problem.retryAfter >= 1, 'has a Retry-After')
  else t.equal(problem.retryAfter, retryAfter)
  t.equal(response.headers['retry-after'], problem.retryAfter === undefined ? undefined : String(problem.retryAfter))
  t.equal(response.headers['roller-answered-by'], layer === 'roller' || layer === 'nango' ? layer : 'gateway')
  holdsNoSecret(t, response.payload + JSON.stringify(response.headers) + built.log(), built)
}

export interface Stub { readonly url: string, readonly requests: IncomingMessage[] }

/** Replaces Nango where a test needs its sockets. */
export async function stubNango (t: Pick<Test, 'teardown'>, listener: RequestListener, port = 0): Promise<Stub> {
  const requests: IncomingMessage[] = []
  const server = createServer((request, response) => {
    requests.push(request)
    request.on('error', () => {})
    listener(request, response)
  })
  await new Promise<void>((resolve) => { server.listen(port, '127.0.0.1', resolve) })
  t.teardown(() => new Promise<void>((resolve) => { server.close(() => resolve()); server.closeAllConnections() }))
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, requests }
}

export async function until (condition: () => boolean): Promise<void> {
  for (let count = 0; count < 1_000 && !condition(); count++) await new Promise((resolve) => { setTimeout(resolve, 5) })
  if (!condition()) throw new Error('it did not come true in time')
}

/** A booking that the simulated venue accepts. */
export function bookingFor ({ roller }: Pick<Built, 'roller'>): string {
  const product = roller.venue('demo').products.find(({ name }) => name === 'Grip Socks') ?? roller.venue('demo').products[0]
  const tomorrow = new Date(Date.now() + 86_400_000).toISOString().slice(0, 10)
  return JSON.stringify({
    externalId: 'shop-1',
    customer: { firstName: 'Robin', lastName: 'Marsh', email: 'robin.marsh@example.com', phone: '0400000000' },
    items: [{ productId: product?.variations[0]?.id, quantity: 1, bookingDate: tomorrow, startTime: '10:00' }]
  })
}
