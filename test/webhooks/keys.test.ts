/** A delivery needs the key of its own connection, derived from the current or the previous secret. */
import { test } from '../support/tap.ts'
import { webhookKey } from '#plugin/webhooks/keys.js'
import { build, CONNECTION_ID } from '../support/build.ts'
import { deliver, listener, message, PREVIOUS, SECRET } from './fixture.ts'

const options = { rollerWebhookSecrets: [SECRET, PREVIOUS] }

test('is the HMAC of the connection id', async (t) => {
  // As computed by: printf demo-venue | openssl dgst -sha256 -hmac secret-of-the-webhooks-now
  t.equal(webhookKey(SECRET, 'demo-venue'), '731f2fffabf7f6ff4ae1b7b17b418161c858fab1422565e37bca04c15267e676')
})

test('accepts the key of the current and of the previous secret', async (t) => {
  const { app } = await build(t, { options })
  const received = listener(app)
  for (const secret of [SECRET, PREVIOUS]) {
    const response = await deliver(app, message(), { secret })
    t.equal(response.statusCode, 200)
    t.equal(response.headers['cache-control'], 'no-store')
  }
  t.equal(received.length, 2)
})

test('rejects any other key', async (t) => {
  const { app, log } = await build(t, { options })
  const received = listener(app)
  const right = webhookKey(SECRET, CONNECTION_ID)
  const tampered = right.replace(/.$/, (last) => last === '0' ? '1' : '0')
  const keys: Record<string, string | string[] | null> = {
    'no key': null,
    'an empty key': '',
    'a tampered key': tampered,
    'a cut key': right.slice(0, -1),
    'a key with more behind it': `${right}0`,
    'the key in capitals': right.toUpperCase(),
    'the secret itself': SECRET,
    'the key of another connection': webhookKey(SECRET, 'other-venue'),
    'the key of a secret that is no more': webhookKey('secret-of-the-webhooks-long-ago', CONNECTION_ID),
    'two keys': [right, right]
  }
  for (const [what, key] of Object.entries(keys)) {
    const response = await deliver(app, message(), { key })
    t.equal(response.statusCode, 500, what)
    t.equal(response.body, 'wrong key')
  }
  t.strictSame(received, [])
  t.notMatch(log(), right, 'keys stay out of the log')
})

test('supports any characters of a connection id that Nango allows', async (t) => {
  const { app, nango } = await build(t, { options })
  const received = listener(app)
  for (const connectionId of ['a b', 'x/y', '{$}|"', 'id:1@2', 'n'.repeat(255)]) {
    nango.addConnection({ connectionId, clientId: 'c', clientSecret: 's' })
    t.equal((await deliver(app, message(), { connectionId })).statusCode, 200, connectionId)
    t.equal((received.at(-1) as { connectionId: string }).connectionId, connectionId)
  }
})
