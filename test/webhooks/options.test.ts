/** Invalid webhook options fail the registration, and no secret is repeated. */
import { test } from '../support/tap.ts'
import { parseOptions } from '#plugin/options.js'
import { build } from '../support/build.ts'
import { deliver, message, SECRET } from './fixture.ts'

const base = { nango: { secretKey: 'key' }, authorize: 'open' }

test('names invalid options', async (t) => {
  const wrong: [Record<string, unknown>, RegExp][] = [
    [{ publicUrl: 'http://gateway.example.com' }, /option publicUrl is wrong: expected an https address/],
    [{ publicUrl: 'https://[' }, /option publicUrl is wrong: expected an https address/],
    [{ publicUrl: 7 }, /option publicUrl is wrong/],
    [{ rollerWebhookSecrets: ['canary-short'] }, /option rollerWebhookSecrets.* is wrong/],
    [{ rollerWebhookSecrets: 'canary-which-is-no-list' }, /option rollerWebhookSecrets is wrong: expected a list/],
    [{ onEvent: 'canary' }, /option onEvent is wrong/],
    [{ eventTimeout: 10_000 }, /option eventTimeout is wrong/],
    [{ eventTimeout: 0 }, /option eventTimeout is wrong/]
  ]
  for (const [options, fault] of wrong) {
    let error: unknown
    try { parseOptions({ ...base, ...options }) } catch (thrown) { error = thrown }
    t.match(error, { code: 'ROLLER_ERR_OPTIONS', message: fault })
    t.notMatch(String(error), 'canary')
  }
})

test('has defaults', async (t) => {
  const { eventTimeout, publicUrl, rollerWebhookSecrets, onEvent } = parseOptions(base)
  t.strictSame(
    { eventTimeout, publicUrl, rollerWebhookSecrets, onEvent },
    { eventTimeout: 8_000, publicUrl: undefined, rollerWebhookSecrets: undefined, onEvent: undefined }
  )
})

test('passes all events to onEvent, beside other handlers', async (t) => {
  const received: string[] = []
  const { app } = await build(t, { options: { rollerWebhookSecrets: [SECRET], onEvent: async ({ name }) => { received.push(name) } } })
  app.roller.on('booking.created', ({ name, data }) => { received.push(`${name} of ${String(data.name)}`) })
  t.equal((await deliver(app, message())).statusCode, 200)
  t.equal((await deliver(app, message({ type: 'Membership', eventType: 'Paused' }))).statusCode, 200)
  t.strictSame(received.sort(), ['booking.created', 'booking.created of Sports Club Booking', 'membership.paused'])
})

test('separates handlers and secrets of two integrations in one app', async (t) => {
  const other = 'secret-of-the-other-integration'
  const { app, nango } = await build(t, { options: { rollerWebhookSecrets: [SECRET] } })
  const { default: roller } = await import('fastify-roller')
  await app.register(
    roller,
    {
      authorize: 'open',
      prefix: '/other',
      nango: { secretKey: 'key', host: nango.url, integrationId: 'other' },
      rollerWebhookSecrets: [other]
    }
  )
  const received: string[] = []
  app.roller.on('*', () => { received.push('first') })
  app.roller.integration('other').on('*', () => { received.push('other') })
  t.equal((await deliver(app, message())).statusCode, 200)
  t.equal((await deliver(app, message(), { secret: other })).statusCode, 500)
  t.strictSame(received, ['first'])
})
