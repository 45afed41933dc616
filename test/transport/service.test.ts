/** The service with ROLLER_TRANSPORT=direct. */
import { test } from '../support/tap.ts'
import { service, startProcess } from '../service/fixture.ts'

test('keeps the sandbox\'s tokens in the sandbox', async (t) => {
  const { url } = startProcess(t, { ROLLER_TRANSPORT: 'direct', PORT: '0', LOG_LEVEL: 'silent' })
  const response = await fetch(`${await url()}/roller/venues/me`, { headers: { 'connection-id': 'demo-venue' } })
  t.equal(response.status, 200)
  t.equal((await fetch(`${await url()}/ready`)).status, 200)
})

test('is not ready with a key that may not read credentials, and names the cause', async (t) => {
  const { app } = await service(
    t, { ROLLER_TRANSPORT: 'direct' }, { scopes: ['environment:integrations:read', 'environment:connections:read'] }
  )
  const response = await app.inject({ url: '/ready' })
  t.equal(response.statusCode, 503)
  t.match(response.json().steps.slice(0, 3), Array(3).fill({ result: 'ok' }))
  t.match(response.json().steps[3], { step: 'scopes-granted', result: 'failed', hint: /scopes/ })
})
