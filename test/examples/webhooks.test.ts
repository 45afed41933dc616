/** The receiver handles exactly the events that the container has signed, once each. */
import { randomUUID } from 'node:crypto'
import tap, { test } from '../support/tap.ts'
import type { AnyEvent } from 'fastify-roller'
import { createWebhookTarget } from '#service/http/webhook-target.js'
import { startExample } from './program.ts'

tap.setTimeout(120_000) // starting a process is slow on a busy machine

const SECRET = `whsec_${Buffer.from('the-secret-of-the-receiver-1234!').toString('base64')}`

test('runs', async (t) => {
  const program = startExample(t, 'webhooks/receiver', [], { PORT: '0', WEBHOOK_TARGET_SECRET: SECRET })
  const url = String((await program.printed(/The receiver is at (\S+)/))[1])
  const container = createWebhookTarget({ url, secrets: [SECRET] })
  const otherTarget = createWebhookTarget({ url, secrets: [`whsec_${Buffer.alloc(32).toString('base64')}`] })
  t.teardown(async () => { await container.close(); await otherTarget.close() })

  // the only fields that are read here
  const event = { name: 'booking.created', id: randomUUID(), connectionId: 'the-venue', data: {} } as unknown as AnyEvent
  await container.send(event)
  await container.send(event)
  await container.send({ ...event, id: randomUUID(), connectionId: 'the-other-venue' })
  t.same(program.output().match(/booking\.created .*/g), ['booking.created the-venue', 'booking.created the-other-venue'])

  await t.rejects(otherTarget.send({ ...event, id: randomUUID() }), { message: 'the webhook target answered 401' })
  const status = async (init: RequestInit, path = '') => (await fetch(url + path, init)).status
  t.equal(await status({ method: 'POST', body: '{}' }), 401, 'no signature')
  t.equal(await status({ method: 'POST', body: 'x'.repeat(2 * 1024 * 1024) }).catch(() => 413), 413, 'too large')
  t.equal(await status({ method: 'POST' }, '/elsewhere'), 404)
  t.equal(program.output().match(/booking\.created/g)?.length, 2)
})

test('names the missing setting without a secret', async (t) => {
  const program = startExample(t, 'webhooks/receiver', [], { WEBHOOK_TARGET_SECRET: undefined })
  t.equal(await program.exited, 1)
  t.match(program.output(), 'WEBHOOK_TARGET_SECRET is missing')
})
