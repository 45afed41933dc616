import { test } from '../support/tap.ts'
import { startRollerSimulator } from '#sandbox/roller.js'
import type { Fault } from '#sandbox/roller.js'
import { authorize, openSession, setup } from './nango-fixture.ts'

const HTML = { 'content-type': 'text/html' }
const CASES: [string, Fault, unknown][] = [
  ['a rejection shows the named fields of its JSON',
    { kind: 'status', status: 401, body: { message: 'no', secret: 's', error: { reason: 'r' } } },
    '{"provider_error_payload":{"reason":"r","message":"no"}}'],
  ['a 503 with JSON', { kind: 'status', status: 503, body: { message: 'down' } }, '{"provider_error_payload":{"message":"down"}}'],
  ['a 503 with a page', { kind: 'status', status: 503, headers: HTML, body: '<p>' }, '{"provider_error_payload":"<p>"}'],
  ['an empty 401', { kind: 'status', status: 401 }, '{}'],
  ['JSON without a named field', { kind: 'status', status: 400, body: { code: 7 } }, '{}'],
  ['broken JSON counts as not reached', { kind: 'status', status: 401, headers: { 'content-type': 'application/json' }, body: '{' },
    '{"name":"Error","message":"fetch_unknown_error"}'],
  ['a reset', { kind: 'reset' }, '{"name":"Error","message":"fetch_unknown_error"}']
]

test('reports the cause of a missing token in the payload', async (t) => {
  const roller = await startRollerSimulator()
  t.teardown(() => roller.close())
  const fixture = await setup(t, { rollerUrl: roller.url })
  for (const [name, fault, payload] of CASES) {
    roller.faults.next(fault)
    const { status, json } = await authorize(fixture, await openSession(fixture))
    t.match({ status, error: json.error }, { status: 400, error: { code: 'client_credentials_fetch_error', payload } }, name)
    t.equal(json.error.payload, payload, name)
  }
})

test('returns an internal error for a 200 without a token', async (t) => {
  const roller = await startRollerSimulator()
  t.teardown(() => roller.close())
  const fixture = await setup(t, { rollerUrl: roller.url })
  for (const fault of [{ body: {} }, { headers: HTML, body: '<p>' }]) {
    roller.faults.next({ kind: 'status', status: 200, ...fault })
    const { status, json } = await authorize(fixture, await openSession(fixture))
    t.match({ status, error: json.error }, { status: 500, error: { code: 'generic_error_support', payload: /^[0-9a-f-]{36}$/ } })
  }
})

test('returns an object as the payload for a token URL denied by the outbound policy', async (t) => {
  const fixture = await setup(t)
  fixture.nango.setOptions({ tokenUrlDenied: true })
  const { status, json } = await authorize(fixture, await openSession(fixture))
  t.equal(status, 400)
  const payload = { host: new URL(fixture.roller.url).host, code: 'denied_ip', message: String }
  t.match(json.error, { code: 'client_credentials_fetch_error', payload })
  t.equal(fixture.roller.tokenCalls.length, 0)
})
