/** Nango replaces all tags with each write: one that reads them first must not undo another. */
import { test } from '../support/tap.ts'
import { enterCredentials, start, stored, until } from './fixture.ts'

test('keeps tags that are written while the venue is being verified', async (t) => {
  const setup = await start(t, { webhooks: false })
  const session = await setup.app.inject({ method: 'POST', url: '/connect-session', payload: { tags: { organization_id: 'acme' } } })
  const connectionId = await enterCredentials(setup, session.json().token, 'acme-park')
  setup.roller.faults.next({ path: /venues\/me/, kind: 'slow', ms: 300 })
  const verifying = setup.app.inject({ url: '/roller/products', headers: { 'connection-id': connectionId } })
  await until(() => setup.roller.requests.some(({ url }) => url === '/venues/me'))
  const payload = { tags: { organization_id: 'other' } }
  const moved = await setup.app.inject({ method: 'PATCH', url: `/connections/${connectionId}`, payload })
  t.match(moved.json(), { tags: { organization_id: 'other' } })
  await verifying
  t.match(stored(setup, connectionId).tags, { organization_id: 'other' })
})

test('keeps both of two changes at the same time', async (t) => {
  const setup = await start(t, { webhooks: false })
  const changes = [{ region: 'north' }, { brand: 'leap' }].map(async (tags) =>
    await setup.app.inject({ method: 'PATCH', url: '/connections/demo-venue', payload: { tags } }))
  for (const { statusCode } of await Promise.all(changes)) t.equal(statusCode, 200)
  t.match(stored(setup, 'demo-venue').tags, { region: 'north', brand: 'leap' })
})
