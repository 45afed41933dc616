/** A simulated ROLLER with a manual clock, and a caller with a token. */
import type { Test } from 'tap'
import { request } from 'undici'
import { startRollerSimulator, type RollerSimulator, type RollerSimulatorOptions } from '#sandbox/roller.js'

/** Ten in the morning of a Wednesday in Brisbane. */
export const START = Date.UTC(2026, 10, 25, 0, 0)
export const TODAY = '2026-11-25'
export const TOMORROW = '2026-11-26'
export const MINUTE = 60_000
export const HOUR = 60 * MINUTE
export const DAY = 24 * HOUR

// Responses are untyped: tests read them freely, and assert their content.
export type Json = Record<string, unknown>
export interface Result { status: number, headers: Record<string, string | string[] | undefined>, body: Json, text: string }
export type Send = (method: string, path: string, body?: unknown, headers?: Record<string, string>) => Promise<Result>

export interface Clock { now: () => number, forward: (ms: number) => void }

type Headers = Record<string, string>

export async function send (url: string, method: string, path: string, body?: unknown, headers: Headers = {}): Promise<Result> {
  const response = await request(`${url}${path}`, {
    method,
    headers: { ...(body === undefined ? {} : { 'content-type': 'application/json' }), ...headers },
    body: body === undefined ? null : JSON.stringify(body)
  })
  const text = await response.body.text()
  const isJson = String(response.headers['content-type']).startsWith('application/json')
  return { status: response.statusCode, headers: response.headers, body: (isJson ? JSON.parse(text) : {}) as Json, text }
}

export async function connect (roller: RollerSimulator, clientId = 'demo'): Promise<Send> {
  const { body } = await send(roller.url, 'POST', '/token', { client_id: clientId, client_secret: 'secret' })
  const authorization = `Bearer ${body['access_token'] as string}`
  return async (method, path, payload, headers) => await send(roller.url, method, path, payload, { authorization, ...headers })
}

export async function start (t: Test, options: RollerSimulatorOptions = {}): Promise<{
  roller: RollerSimulator,
  clock: Clock,
  call: Send
}> {
  let at = START
  const clock: Clock = { now: () => at, forward: (ms) => { at += ms } }
  const roller = await startRollerSimulator({ now: clock.now, ...options })
  t.teardown(async () => { await roller.close() })
  return { roller, clock, call: await connect(roller) }
}

/** The variation id of the named product, as used in bookings. */
export function productId (roller: RollerSimulator, name: string, index = 0, clientId = 'demo'): number {
  const id = roller.venue(clientId).products.find((product) => product.name === name)?.variations[index]?.id
  if (id === undefined) throw new Error(`No product ${name}`)
  return id
}

export const customer = { firstName: 'Robin', lastName: 'Marsh', email: 'robin.marsh@example.com', phone: '0400000000' }

export function bookingOf (product: number, quantity: number, more: Json = {}, date = TOMORROW): Json {
  return {
    externalId: `ext-${product}-${quantity}`,
    customer,
    items: [{ productId: product, quantity, bookingDate: date, startTime: '10:00' }],
    ...more
  }
}

/** Remaining capacity of the ten o'clock session. */
export async function placesLeft (call: Send, product: number, date = TOMORROW): Promise<number> {
  const { body } = await call('GET', `/product-availability?Date=${date}&ProductIds=${product}`)
  const sessions = (body as unknown as { sessions: { startTime: string, capacityRemaining: number }[] }[])[0]?.sessions ?? []
  return sessions.find((session) => session.startTime === '10:00')?.capacityRemaining ?? -1
}
