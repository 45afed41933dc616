/** What an agent does from the first request to a cancelled booking, with the official client, on a sandbox. */
import { deepEqual, equal, match, ok } from 'node:assert/strict'
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client'
import { addDays, toVenueDate } from 'fastify-roller/time'

const GUEST = { firstName: 'Ada', lastName: 'Lovelace', email: 'ada@example.com', phone: '+61 400 000 000' }
const TOOLS = ['list_venues', 'search_operations', 'describe_operation', 'read_roller', 'write_roller']

export interface ClientOptions {
  /** Revision of the protocol. Default: 2026-07-28. */
  readonly legacy?: boolean
  readonly headers?: Record<string, string>
  /** Answers the questions of the endpoint; without it the client does not support questions. */
  readonly person?: (message: string, form: unknown) => { action: 'accept' | 'decline' | 'cancel', content?: { confirm: boolean } }
  /** Gets every request as it is sent. */
  readonly record?: (request: Request) => void
}

/** The client has the list of tools, so it checks each result against the tool's output schema. */
export async function connectClient (url: string, { legacy = false, headers = {}, person, record }: ClientOptions = {}): Promise<Client> {
  const client = new Client({ name: 'test', version: '1' }, {
    capabilities: person === undefined ? {} : { elicitation: {} },
    versionNegotiation: { mode: legacy ? 'legacy' : { pin: '2026-07-28' } }
  })
  if (person !== undefined) client.setRequestHandler('elicitation/create', async ({ params }) => person(params.message, params))
  const send: typeof fetch = async (input, init) => {
    record?.(new Request(input, init))
    return await fetch(input, init)
  }
  await client.connect(new StreamableHTTPClientTransport(new URL(url), { requestInit: { headers }, fetch: send }))
  await client.listTools()
  return client
}

export interface ToolResult {
  readonly isError: boolean
  // The tests name the fields that they compare.
  readonly data: any
  readonly meta: Readonly<Record<string, unknown>>
}

/** Calls a tool. `data` is the structured result, or the problem of an error. */
export async function callTool (client: Client, name: string, args: Record<string, unknown> = {}): Promise<ToolResult> {
  const { isError = false, structuredContent, content, _meta: meta = {} } = await client.callTool({ name, arguments: args })
  const last = content.at(-1)
  return { isError, data: isError && last?.type === 'text' ? JSON.parse(last.text) : structuredContent, meta }
}

export interface ConversationOptions {
  readonly legacy: boolean
  /** False where MCP_CONFIRM is never. */
  readonly confirmed: boolean
  readonly headers?: Record<string, string>
}

/** The revisions of 2025 have no questions without a session: their conversation ends with the rejected booking. */
export async function converse (url: string, { legacy, confirmed, headers = {} }: ConversationOptions): Promise<void> {
  const questions: string[] = []
  const client = await connectClient(url, {
    legacy,
    headers,
    person: (message) => {
      questions.push(message)
      return { action: 'accept', content: { confirm: true } }
    }
  })
  try {
    await bookAndCancel(client, questions, legacy, confirmed)
  } finally {
    await client.close()
  }
}

async function bookAndCancel (client: Client, questions: readonly string[], legacy: boolean, confirmed: boolean): Promise<void> {
  deepEqual((await client.listTools()).tools.map(({ name }) => name), TOOLS)
  const { data: { venues: [venue] } } = await callTool(client, 'list_venues')
  equal(venue.status, 'connected')
  match(venue.localTime, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d$/)

  const { data: { operations } } = await callTool(client, 'search_operations', { words: 'what can be booked on a day' })
  ok(operations[0].startsWith('GET /product-availability'), operations[0])
  const { data: described } = await callTool(client, 'describe_operation', { operation: 'POST /bookings' })
  equal(described.writes && described.movesMoney, true)
  equal(described.confirmedByPerson, confirmed)
  equal(described.input.body.type, 'object')
  equal(described.example.body.customer.firstName, 'John')

  const date = addDays(toVenueDate(Date.now(), venue.timeZone), 2)
  const availability = await callTool(client, 'read_roller', {
    operation: 'GET /product-availability', venue: venue.name, query: { Date: date }
  })
  const [pass] = availability.data.data
  const items = [{ productId: Number(pass.products[0].id), quantity: 2, bookingDate: date, startTime: pass.sessions[0].startTime }]
  const hold = await callTool(client, 'write_roller', { operation: 'POST /capacity-reservation', body: { items } })
  const body = { externalId: 'A-1', customer: GUEST, items, capacityReservationId: hold.data.data.uniqueId }
  const costs = await callTool(client, 'write_roller', { operation: 'POST /bookings/draft/costs', body })
  equal(questions.length, 0, 'neither a hold nor a price is confirmed')

  const booked = await callTool(client, 'write_roller', { operation: 'POST /bookings', venue: venue.id, body })
  if (legacy && confirmed) {
    equal(booked.data.code, 'ROLLER_ERR_NOT_CONFIRMED')
    return
  }
  equal(booked.isError, false, JSON.stringify(booked.data))
  const { uniqueId } = booked.data.data
  const cancelled = await callTool(client, 'write_roller', {
    operation: 'POST /bookings/{uniqueId}/cancel', path: { uniqueId }, body: { issueRefund: false }
  })
  equal(cancelled.isError, false, JSON.stringify(cancelled.data))
  const read = await callTool(client, 'read_roller', { operation: 'GET /bookings/{uniqueId}', path: { uniqueId }, fields: ['status'] })
  deepEqual(read.data.data, { status: 'Cancelled' })

  equal(questions.length, confirmed ? 2 : 0)
  if (!confirmed) return
  const price = `Total: ${costs.data.data.bookingCosts.total.toFixed(2)} ${venue.currency}, taxes and fees included`
  for (const part of [venue.name, 'customer.firstName: Ada', 'items.0.quantity: 2', price]) ok(questions[0]?.includes(part), part)
  match(questions[1] ?? '', /^Cancel a booking at .*\nBooking: .*\nTotal: [\d.]+ AUD, still to be paid: [\d.]+ AUD\nissueRefund: false$/)
}
