/** The log of an error contains its kind and place, and none of its other fields. */
import { test } from '../support/tap.ts'
import { RollerError } from 'fastify-roller'
import { describeError } from 'fastify-roller/internal'
import { webhookKey } from '#plugin/webhooks/keys.js'
import { build, CONNECTION_ID, VENUE } from '../support/build.ts'
import { deliver, message, SECRET } from '../webhooks/fixture.ts'

const CANARY = 'canary-guest-71ae'

test('omits responses of ROLLER, commands, bytes and requests', async (t) => {
  const rejected = new RollerError('ROLLER_ERR_REFUSED', {
    detail: 'ROLLER answered 500.',
    upstream: { status: 500, body: { email: CANARY } },
    errors: [{ pointer: '/body', detail: CANARY }],
    cause: Object.assign(new Error('outer'), {
      command: { name: 'set', args: [CANARY] },
      data: CANARY,
      input: CANARY,
      config: { headers: { authorization: CANARY } },
      cause: new SyntaxError(CANARY)
    })
  })
  const described = describeError(rejected)
  t.notMatch(JSON.stringify(described), CANARY)
  t.match(described, {
    type: 'RollerError',
    code: 'ROLLER_ERR_REFUSED',
    message: 'ROLLER answered 500.',
    upstreamStatus: 500,
    stack: /^RollerError: ROLLER answered 500\.\n +at /,
    cause: { type: 'Error', message: 'outer', cause: { type: 'SyntaxError', stack: /^SyntaxError: a text is malformed\n +at / } }
  })
})

test('omits the text that JSON.parse quotes, and credentials in an address', async (t) => {
  const fetched = new TypeError(`cannot fetch https://user:${CANARY}@host/x`)
  for (const fail of [() => JSON.parse(`{"name": ${CANARY}`) as unknown, () => { throw fetched }]) {
    try {
      fail()
    } catch (error) {
      t.notMatch(JSON.stringify(describeError(error)), CANARY)
    }
  }
  t.match(describeError(new Error(`redis://:${CANARY}@host`)), { message: 'redis://host' })
})

test('handles any thrown value', async (t) => {
  const ring = new Error('ring')
  ring.cause = ring
  let depth = 0
  for (let one = describeError(ring).cause; one !== undefined; one = one.cause) depth++
  t.ok(depth <= 5, `${depth} causes`)
  for (const thrown of [null, undefined, CANARY, 7, { message: 7 }, [CANARY]]) {
    t.match(describeError(thrown), { message: 'what was thrown is no Error' })
  }
  t.equal(describeError(new Error('x'.repeat(10_000))).message.length, 500)
})

test('does not log ROLLER\'s response to an internal call', async (t) => {
  const built = await build(t, { options: { publicUrl: 'https://gateway.example.com', rollerWebhookSecrets: [SECRET], retries: 0 } })
  built.roller.faults.always({ path: /^\/webhooks/, kind: 'status', status: 500, body: { guest: CANARY, email: `${CANARY}@example.com` } })
  const response = await built.app.inject({ method: 'POST', url: `/connections/${CONNECTION_ID}/webhooks` })
  t.ok(response.statusCode >= 500, String(response.statusCode))
  t.match(response.body, CANARY, 'its caller has it')
  t.match(built.log(), '"upstreamStatus":500')
  t.notMatch(built.log(), CANARY)
})

test('logs a failed event without ids and text of its delivery', async (t) => {
  const { app, log } = await build(t, { options: { rollerWebhookSecrets: [SECRET] } })
  app.roller.on('*', (event) => { JSON.parse(`[${JSON.stringify('data' in event ? event.data : null)}`) })
  t.equal((await deliver(app, message({ id: `${CANARY}@example.com`, data: CANARY }))).statusCode, 503)
  t.match(log(), /was not handled/)
  t.notMatch(log(), CANARY)
  t.match(log(), new RegExp(`"connectionId":"${VENUE['connection-id']}"`), 'the host\'s logger has the id, in a field of its own')
  t.notMatch(log(), webhookKey(SECRET, CONNECTION_ID))
})
