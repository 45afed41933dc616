/** ROLLER's messages may reach any replica; Redis shares them with the one that collects the export. */
import Fastify, { type FastifyInstance } from 'fastify'
import { Redis } from 'ioredis'
import t from '../support/tap.ts'
import { roller } from 'fastify-roller/internal'
import { webhookKey } from '#plugin/webhooks/keys.js'
import { startRedis } from '../support/redis-server.ts'
import { CONNECTION_ID, SECRET_KEY, startSimulators } from '../support/build.ts'
import { ManualClock } from '../support/manual-clock.ts'
import { deliver, message, SECRET } from '../webhooks/fixture.ts'
import { gather, month, ORDER, until } from './fixture.ts'

const redis = await startRedis()
const simulators = await startSimulators(t)
const clock = new ManualClock()

async function replica (): Promise<{ app: FastifyInstance, client: Redis, log: string[] }> {
  const client = new Redis(redis.port, '127.0.0.1', { retryStrategy: () => 20 })
  client.on('error', () => {})
  const log: string[] = []
  const app = Fastify({ logger: { level: 'warn', stream: { write: (line: string) => { log.push(line) } } } })
  await app.register(roller, {
    authorize: 'open',
    clock,
    nango: { secretKey: SECRET_KEY, host: simulators.nango.url },
    rollerBaseUrl: simulators.roller.url,
    publicUrl: 'https://gateway.example.com',
    rollerWebhookSecrets: [SECRET],
    redis: client
  })
  t.teardown(async () => { await app.close(); client.disconnect() })
  return { app, client, log }
}
t.teardown(() => redis.kill())

const [one, two] = [await replica(), await replica()]

t.test('reads messages that another replica received within seconds', async (t) => {
  await one.app.roller.webhooks.subscribe(CONNECTION_ID)
  const { found, ended } = gather(one.app.roller.bulkExport(ORDER))
  await until(() => clock.waits.includes(5_000))
  // The simulator's URL belongs to no replica; its deliveries are sent to the other one here.
  for (const sequenceNumber of [3, 1]) t.equal((await month(two.app, sequenceNumber, [])).statusCode, 200, 'without a subscriber')
  t.equal((await month(one.app, 2, [`${simulators.roller.url}/nothing-here`])).statusCode, 200)
  const error = await Promise.race([ended, (async () => { await until(() => found.length > 0); return 'found' })()])
  t.match(
    error,
    { code: 'ROLLER_ERR_UNREACHABLE', detail: /File 1 of part 2 of the BookingItems export was answered with 4\d\d/, hint: /resume: true/ }
  )
})

t.test('reads all earlier messages after a restart on another replica', async (t) => {
  const files = two.app.roller.bulkExport({ ...ORDER, resume: true })
  t.match((await files.next()).value, { sequenceNumber: 2, name: 'nothing-here' })
  t.strictSame(await files.next(), { value: undefined, done: true })
})

t.test('deduplicates a repeat on another replica', async (t) => {
  const received: string[] = []
  one.app.roller.on('*', ({ name }) => { received.push(`one ${name}`) })
  two.app.roller.on('*', ({ name }) => { received.push(`two ${name}`) })
  const event = message()
  t.equal((await deliver(one.app, event)).statusCode, 200)
  t.equal((await deliver(two.app, event)).statusCode, 200)
  t.strictSame(received, ['one booking.created'])
})

t.test('rejects messages of exports for a retry while Redis is down, and handles other events', async (t) => {
  const received: string[] = []
  one.app.roller.on('customer.created', ({ name }) => { received.push(name) })
  await redis.kill()
  const customer = message({ type: 'Customer', data: {} })
  t.equal((await deliver(one.app, customer)).statusCode, 200)
  t.equal((await deliver(one.app, customer)).statusCode, 200)
  t.strictSame(received, ['customer.created'], 'this replica still applies its own')
  t.equal(one.log.filter((line) => line.includes('Redis is down: an event')).length, 1, 'logged once')
  const lost = message(
    { type: 'BulkExport', data: { preSignedUrls: [], exportType: 'Tickets', processId: 'p', sequenceNumber: 1, sequenceTotal: 1 } }
  )
  const key = webhookKey(SECRET, CONNECTION_ID)
  t.equal((await deliver(one.app, lost, { key })).statusCode, 503)
  await redis.start()
  clock.advance(60_000)
  await until(() => one.client.status === 'ready')
  t.equal((await deliver(one.app, lost, { key })).statusCode, 200, 'a minute later')
  const files = one.app.roller.bulkExport({ ...ORDER, exportType: 'Tickets', resume: true })
  t.strictSame(await files.next(), { value: undefined, done: true })
})
