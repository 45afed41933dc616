/** GET /connections/:id/check names the first step that fails, says what to do, and tries nothing after it. */
import { test } from 'tap'
import type { Test } from 'tap'
import { build, holdsNoSecret, type Built } from '../support/build.ts'

const STEPS = ['nango-reachable', 'key-valid', 'integration-is-roller', 'connection-known', 'credentials-good', 'venue-reached']

interface Report { ok: boolean, steps: { step: string, result: string, detail: string, hint?: string }[] }

async function failsAt (t: Test, built: Built, step: string, said: { detail?: RegExp, hint?: RegExp } = {}, id = 'demo-venue'): Promise<void> {
  const answer = await built.app.inject({ url: `/connections/${id}/check` })
  t.equal(answer.statusCode, 200)
  const report: Report = answer.json()
  const at = STEPS.indexOf(step)
  t.equal(report.ok, false)
  t.same(report.steps.map((one) => [one.step, one.result]), STEPS.map((name, index) => [name, index < at ? 'ok' : index === at ? 'failed' : 'skipped']))
  t.match(report.steps[at], { detail: /\.$/, hint: /\.$/, ...said })
  t.ok(report.steps.every(({ result, hint }) => (result === 'failed') === (hint !== undefined)), 'a hint stands at the failed step alone')
  holdsNoSecret(t, answer.body + built.log(), built)
}

test('all is well', async (t) => {
  const built = await build(t)
  const report: Report = (await built.app.inject({ url: '/connections/demo-venue/check' })).json()
  t.equal(report.ok, true)
  t.same(report.steps.map(({ step, result }) => [step, result]), STEPS.map((step) => [step, 'ok']))
  t.match(report.steps.at(-1)?.detail, /the venue \S+/)
})

test('Nango is down', async (t) => {
  const built = await build(t)
  await built.nango.close()
  await failsAt(t, built, 'nango-reachable', { detail: /ECONNREFUSED/, hint: /NANGO_HOST/ })
})

test('something else answers at Nango\'s address', async (t) => {
  const built = await build(t)
  built.nango.faults.always({ kind: 'html', status: 200 })
  await failsAt(t, built, 'nango-reachable', { hint: /NANGO_HOST/ })
  built.nango.faults.always({ kind: 'html', status: 200, path: /integrations/ })
  await failsAt(t, built, 'key-valid', { detail: /not Nango's API/, hint: /NANGO_HOST/ })
})

test('the key is wrong, or lacks a scope', async (t) => {
  await failsAt(t, await build(t, { options: { nango: { secretKey: '0c0ffee0-aaaa-4bbb-8ccc-5ec4e7000002' } } }), 'key-valid', { hint: /NANGO_SECRET_KEY/ })
  await failsAt(t, await build(t, { nango: { scopes: ['environment:proxy'] } }), 'key-valid', { detail: /scope/, hint: /scopes/ })
})

test('the integration is missing, or of another provider', async (t) => {
  await failsAt(t, await build(t, { options: { nango: { integrationId: 'nope' } } }), 'key-valid', { detail: /no integration nope/, hint: /NANGO_INTEGRATION_ID/ })
  const hubspot = { nango: { integrations: [{ uniqueKey: 'roller', provider: 'hubspot' }] } }
  await failsAt(t, await build(t, hubspot), 'integration-is-roller', { detail: /provider hubspot/, hint: /NANGO_INTEGRATION_ID/ })
})

test('the connection is unknown', async (t) => {
  await failsAt(t, await build(t), 'connection-known', { hint: /connection id/ }, 'nobody')
  await failsAt(t, await build(t), 'connection-known', {}, encodeURIComponent('é'))
})

test('the credentials are refused, seen by Nango already or only now', async (t) => {
  const built = await build(t)
  built.roller.rejectCredentials('demo')
  await failsAt(t, built, 'venue-reached', { hint: /Client ID, the Client Secret/ })
  await failsAt(t, built, 'credentials-good', { hint: /reconnect/ })
})

test('ROLLER is down, breaks off, or answers something else', async (t) => {
  const built = await build(t, { options: { retries: 0 } })
  await built.app.inject({ url: '/connections/demo-venue/check' }) // the token is there
  const refused = await build(t)
  refused.roller.faults.always({ kind: 'status', status: 403, body: { message: 'no' }, path: /venues/ })
  await failsAt(t, refused, 'venue-reached', { hint: /Venue Manager/ })
  built.roller.faults.next({ kind: 'reset', path: /venues/ })
  await failsAt(t, built, 'venue-reached')
  built.roller.faults.next({ kind: 'status', status: 404, body: { message: 'x' }, path: /venues/ })
  await failsAt(t, built, 'venue-reached', { detail: /404/ })
  built.nango.faults.next({ kind: 'cut', path: /proxy/, headers: { 'transfer-encoding': 'chunked' } })
  await failsAt(t, built, 'venue-reached')
  await built.roller.close()
  await failsAt(t, built, 'venue-reached', { detail: /could not reach ROLLER/ })
})
