/** A ROLLER as far away as the real one, with its limits, and a Nango: in a process of their own, which its parent asks for counts. */
import { createServer, request as send, type IncomingMessage, type ServerResponse } from 'node:http'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { randomUUID } from 'node:crypto'
import { startNangoSimulator } from '#sandbox/nango.js'
import { startRollerSimulator } from '#sandbox/roller.js'
import { createLimits } from '#sandbox/roller/limits.js'

export interface WorldOptions {
  readonly venues: number
  /** Calls a minute through Nango; 0 is no limit. */
  readonly nangoLimit: number
  /** Part of the calls that fail. */
  readonly failures: number
  /** Milliseconds that a call is on its way. */
  readonly latency: number
}

export interface World { readonly rollerUrl: string, readonly nangoUrl: string, readonly secretKey: string }

export interface Counts {
  /** Reports that ROLLER answered or that failed on the way, by venue. */
  readonly calls: readonly number[]
  readonly penalties: number
}

const options = JSON.parse(process.argv[2] ?? '{}') as WorldOptions // as main.ts writes it
const names = Array.from({ length: options.venues }, (_, index) => `bench-${index}`)
const roller = await startRollerSimulator({ limits: 'off' })
/** ROLLER's own rule, in front of the simulator: it builds each report per request, and that CPU time would distort the result. */
const limits = createLimits(Date.now, {})
const items = Array.from({ length: 60 }, (_, index) => ({
  bookingReference: String(27_000_000 + index),
  bookingItemId: String(588_000_000 + index),
  bookingStatus: 'Paid',
  bookingModifiedDate: '2026-11-20T04:14:30Z',
  bookingNotes: 'a table near the window, and two of the children are under five'.repeat(4),
  quantity: index,
  cost: 9.25,
  meta: [{ attribute: 'ExternalId', value: String(index) }]
}))
const page = JSON.stringify({ currentPage: 1, totalPages: 1, totalItems: items.length, itemsPerpage: 500, items })
const clients = new Map<string, string>()
const calls = new Map(names.map((name) => [name, 0]))

function sendReport (request: IncomingMessage, response: ServerResponse): void {
  const client = clients.get(request.headers.authorization ?? '') ?? ''
  calls.set(client, (calls.get(client) ?? 0) + 1)
  const luck = Math.random()
  // Half of the failures before ROLLER has seen the call, the others after it.
  if (luck < options.failures / 2) {
    request.socket.destroy()
    return
  }
  const wait = limits.take(client, request.url ?? '')
  if (wait > 0) response.writeHead(429, { 'retry-after': String(Math.ceil(wait / 1000)) }).end()
  else if (luck < options.failures) response.writeHead(503).end()
  else response.writeHead(200, { 'content-type': 'application/json' }).end(page)
}

function passOn (request: IncomingMessage, response: ServerResponse): void {
  const { hostname, port } = new URL(roller.url)
  const { method, url: path, headers } = request
  const sent: Buffer[] = []
  request.on('data', (chunk: Buffer) => sent.push(chunk)).once('end', () => {
    const upstream = send({ hostname, port, method, path, headers }, (result) => {
      const received: Buffer[] = []
      result.on('data', (chunk: Buffer) => received.push(chunk)).once('end', () => {
        const body = Buffer.concat(received)
        if (path === '/token' && result.statusCode === 200) {
          const { client_id: id } = JSON.parse(Buffer.concat(sent).toString()) as { client_id: string }
          clients.set(`Bearer ${(JSON.parse(body.toString()) as { access_token: string }).access_token}`, id)
        }
        response.writeHead(result.statusCode ?? 502, result.headers).end(body)
      })
    }).once('error', () => { response.destroy() })
    upstream.end(Buffer.concat(sent))
  })
}

const front = createServer((request, response) => {
  const handle = /^\/(data|reporting)\//.test(request.url ?? '') ? sendReport : passOn
  setTimeout(handle, options.latency, request, response)
}).listen(0, '127.0.0.1')
front.keepAliveTimeout = 120_000
await once(front, 'listening')
const rollerUrl = `http://127.0.0.1:${(front.address() as AddressInfo).port}`
const secretKey = randomUUID()
const nango = await startNangoSimulator({ secretKey, rollerUrl, rateLimit: options.nangoLimit })
for (const name of names) nango.addConnection({ connectionId: name, clientId: name, clientSecret: 'secret' })
process.on('message', () => {
  process.send?.({ calls: [...calls.values()], penalties: limits.penalties } satisfies Counts)
})
process.send?.({ rollerUrl, nangoUrl: nango.url, secretKey } satisfies World)
