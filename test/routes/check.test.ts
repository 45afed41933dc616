/** GET /connections/:id/check names the first step that fails, has a hint, and skips later steps. */
import { test } from '../support/tap.ts'
import type { Test } from 'tap'
import { keyScopes } from '#plugin/nango/key-rights.js'
import { build, holdsNoSecret, type Built } from '../support/build.ts'

const STEPS = [
  'nango-reachable', 'key-valid', 'scopes-granted', 'integration-is-roller', 'connection-known', 'credentials-good', 'venue-reached'
]

interface Report { ok: boolean, steps: { step: string, result: string, detail: string, hint?: string }[] }

async function failsAt (
  t: Test, built: Built, step: string, summary: { detail?: RegExp, hint?: RegExp } = {}, id = 'demo-venue'
): Promise<void> {
  const response = await built.app.inject({ url: `/connections/${id}/check` })
  t.equal(response.statusCode, 200)
  const report: Report = response.json()
  const at = STEPS.indexOf(step)
  t.equal(report.ok, false)
  t.same(
    report.steps.map((one) => [one.step, one.result]),
    STEPS.map((name, index) => [name, index < at ? 'ok' : index === at ? 'failed' : 'skipped'])
  )
  t.match(report.steps[at], { detail: /\.$/, hint: /\.$/, ...summary })
  t.ok(report.steps.every(({ result, hint }) => (result === 'failed') === (hint !== undefined)), 'only the failed step has a hint')
  holdsNoSecret(t, response.body + built.log(), built)
}

test('passes', async (t) => {
  const built = await build(t)
  const report: Report = (await built.app.inject({ url: '/connections/demo-venue/check' })).json()
  t.equal(report.ok, true)
  t.same(report.steps.map(({ step, result }) => [step, result]), STEPS.map((step) => [step, 'ok']))
  t.match(report.steps.at(-1)?.detail, /^ROLLER returned the venue (?!the venue)/)
  t.match(report.steps.at(-1)?.detail, /the venue \S+/)
})

test('reports that Nango is down', async (t) => {
  const built = await build(t)
  await built.nango.close()
  await failsAt(t, built, 'nango-reachable', { detail: /ECONNREFUSED/, hint: /NANGO_HOST/ })
})

test('reports another server at Nango\'s address', async (t) => {
  const built = await build(t)
  built.nango.faults.always({ kind: 'html', status: 200 })
  await failsAt(t, built, 'nango-reachable', { hint: /NANGO_HOST/ })
  built.nango.faults.always({ kind: 'html', status: 200, path: /integrations/ })
  await failsAt(t, built, 'key-valid', { detail: /not Nango's API/, hint: /NANGO_HOST/ })
})

test('reports a wrong key, or a missing scope', async (t) => {
  await failsAt(
    t, await build(t, { options: { nango: { secretKey: '0c0ffee0-aaaa-4bbb-8ccc-5ec4e7000002' } } }), 'key-valid',
    { hint: /NANGO_SECRET_KEY/ }
  )
  await failsAt(t, await build(t, { nango: { scopes: ['environment:proxy'] } }), 'scopes-granted', {
    detail: /environment:connections:list \(.*environment:connections:read \(.*environment:connections:update \(/, hint: /Add the scopes/
  })
})

test('reports a missing integration, or one of another provider', async (t) => {
  await failsAt(
    t, await build(t, { options: { nango: { integrationId: 'nope' } } }), 'integration-is-roller',
    { detail: /no integration nope/, hint: /NANGO_INTEGRATION_ID/ }
  )
  const hubspot = { nango: { integrations: [{ uniqueKey: 'roller', provider: 'hubspot' }] } }
  await failsAt(t, await build(t, hubspot), 'integration-is-roller', { detail: /provider hubspot/, hint: /NANGO_INTEGRATION_ID/ })
})

test('reports an unknown connection', async (t) => {
  await failsAt(t, await build(t), 'connection-known', { hint: /connection id/ }, 'nobody')
  await failsAt(t, await build(t), 'connection-known', {}, encodeURIComponent('é'))
})

test('reports rejected credentials, known to Nango or not', async (t) => {
  const built = await build(t)
  built.roller.rejectCredentials('demo')
  await failsAt(t, built, 'venue-reached', { hint: /Client ID, the Client Secret/ })
  await failsAt(t, built, 'credentials-good', { hint: /reconnect/ })
})

test('reports a ROLLER that is down, breaks the connection, or returns something else', async (t) => {
  const built = await build(t, { options: { retries: 0 } })
  await built.app.inject({ url: '/connections/demo-venue/check' }) // the token is cached
  const rejected = await build(t)
  rejected.roller.faults.always({ kind: 'status', status: 403, body: { message: 'no' }, path: /venues/ })
  await failsAt(t, rejected, 'venue-reached', { hint: /Venue Manager/ })
  built.roller.faults.next({ kind: 'reset', path: /venues/ })
  await failsAt(t, built, 'venue-reached')
  built.roller.faults.next({ kind: 'status', status: 404, body: { message: 'x' }, path: /venues/ })
  await failsAt(t, built, 'venue-reached', { detail: /404/ })
  built.nango.faults.next({ kind: 'cut', path: /proxy\/venues/, headers: { 'transfer-encoding': 'chunked' } })
  await failsAt(t, built, 'venue-reached')
  await built.roller.close()
  await failsAt(t, built, 'venue-reached', { detail: /could not reach ROLLER/ })
})

const SCOPES = keyScopes.map(({ scope }) => scope)

for (const scope of SCOPES) {
  test(`reports the missing scope ${scope}`, async (t) => {
    // The scope for credentials includes the read scope.
    const scopes = SCOPES.filter((one) => one !== scope && (scope !== 'environment:connections:read' || !one.endsWith('read_credentials')))
    const built = await build(t, { nango: { scopes } })
    const report: Report = (await built.app.inject({ url: '/connections/demo-venue/check' })).json()
    const reported = report.steps.find(({ step }) => step === 'scopes-granted')
    t.match(reported?.detail, `${scope} (`)
    t.equal(reported?.result, keyScopes.find((one) => one.scope === scope)?.neededBy.includes('nango') === true ? 'failed' : 'ok')
    if (scope === 'environment:integrations:read') {
      t.match(
        report.steps.find(({ step }) => step === 'integration-is-roller'),
        { result: 'ok', detail: /^Not checked: .*lacks the optional scope environment:integrations:read/ }
      )
      t.match(report.steps.at(-1), { step: 'venue-reached', result: 'ok' }, 'the later steps are checked')
    }
  })
}

test('passes with a key that has exactly the required scopes', async (t) => {
  const built = await build(t, { nango: { scopes: SCOPES }, options: { verifyVenues: true } })
  const send = async (method: 'GET' | 'POST' | 'PATCH' | 'DELETE', url: string, payload?: object): Promise<number> =>
    (await built.app.inject({ method, url, ...(payload !== undefined && { payload }) })).statusCode
  t.equal((await built.app.inject({ url: '/connections/demo-venue/check' })).json().ok, true)
  t.equal(await send('GET', '/connections'), 200)
  t.equal(await send('POST', '/connect-session', {}), 201)
  t.equal(await send('POST', '/connect-session/reconnect', { connectionId: 'demo-venue' }), 201)
  const created = (
    await built.app.inject({ method: 'POST', url: '/connections', payload: { clientId: 'new-park', clientSecret: 'right' } })
  ).json()
  t.match(created, { venue: { id: /./ } })
  t.equal(
    await send('PATCH', `/connections/${created.connectionId}`, { tags: { organization_id: 'acme' }, metadata: { region: 'north' } }), 200
  )
  t.equal((await built.app.inject({ url: '/roller/venues/me', headers: { 'connection-id': created.connectionId } })).statusCode, 200)
  built.roller.revokeTokens()
  t.equal((await built.app.inject({ url: '/roller/venues/me', headers: { 'connection-id': created.connectionId } })).statusCode, 200)
  t.equal(await send('DELETE', `/connections/${created.connectionId}`), 204)
  t.same(built.nango.requests.filter(({ url }) => url.startsWith('/providers')), [])
})
