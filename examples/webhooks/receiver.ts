/** Receives the events that the container forwards: verified and deduplicated. */
import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Webhook, WebhookVerificationError } from 'standardwebhooks'
import type { AnyEvent } from 'fastify-roller'

const secret = process.env.WEBHOOK_TARGET_SECRET
if (secret === undefined) throw new Error('WEBHOOK_TARGET_SECRET is missing: it is the one that the container has.')
const webhook = new Webhook(secret)

const PATH = '/roller'
const MAX_BODY = 1024 * 1024

/**
 * Ids of handled events. Store them in your database, in the same transaction as the changes of the event, so that neither happens without
 * the other.
 */
const handled = new Set<string>()

async function handle (event: AnyEvent): Promise<void> {
  // Your code goes here. If it throws, the event is sent again.
  console.log(`${event.name} ${event.connectionId}`)
}

const server = createServer(async (request, response) => {
  if (request.method !== 'POST' || request.url !== PATH) return response.writeHead(404).end()
  try {
    const body = await read(request)
    // The signature covers the raw bytes: verify before parsing. Events older than five minutes are rejected too.
    // signed by the container, which sends no other events
    const event = webhook.verify(body, request.headers as Record<string, string>) as AnyEvent
    const id = String(request.headers['webhook-id'])
    if (!handled.has(id)) {
      await handle(event)
      handled.add(id)
    }
    response.writeHead(204).end()
  } catch (error) {
    const status = error instanceof WebhookVerificationError ? 401 : error instanceof RangeError ? 413 : 500
    console.error(status === 500 ? error : `rejected: ${String(error)}`)
    response.writeHead(status, { connection: 'close' }).end()
  }
})

async function read (request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length
    if (size > MAX_BODY) throw new RangeError('the body is too large')
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString()
}

server.listen(Number(process.env.PORT ?? 3200), () => {
  console.log(`The receiver is at http://localhost:${(server.address() as AddressInfo).port}${PATH}`)
})
process.once('SIGTERM', () => { server.close() })
