/** A connection that is moved to another tenant is unknown to its former tenant. */
import { test, type Test } from '../support/tap.ts'
import { VENUE } from '../support/build.ts'
import { enterCredentials, start, until, type Setup } from './fixture.ts'

const as = (owner: string) => ({ ...VENUE, 'x-owner': owner })

async function tenants (t: Pick<Test, 'teardown'>, webhooks = false): Promise<Setup> {
  return await start(t, {
    webhooks,
    options: {
      identify: ({ headers }) => headers['x-owner'] === undefined ? 'trusted' : { tags: { organization_id: String(headers['x-owner']) } }
    }
  })
}

async function move (setup: Setup): Promise<void> {
  const payload = { tags: { organization_id: 'acme' } }
  const response = await setup.app.inject({ method: 'PATCH', url: '/connections/demo-venue', payload })
  if (response.statusCode !== 200) throw new Error(response.body)
}

test('rejects its former tenant at once, even during calls', async (t) => {
  const setup = await tenants(t)
  const call = async (owner: string) => (await setup.app.inject({ url: '/roller/products', headers: as(owner) })).statusCode
  t.equal(await call('demo'), 200)
  const polling = [call('demo'), call('demo')]
  await move(setup)
  await Promise.all(polling)
  t.equal(await call('demo'), 404)
  t.equal(await call('acme'), 200)
  t.equal((await setup.app.inject({ url: '/connections/demo-venue', headers: as('demo') })).statusCode, 404)
})

test('is not moved back by an earlier reconnect link', async (t) => {
  const setup = await tenants(t, true)
  const link = await setup.app.inject(
    { method: 'POST', url: '/connect-session/reconnect', headers: as('demo'), payload: { connectionId: 'demo-venue' } }
  )
  t.equal(link.statusCode, 201)
  await move(setup)
  await enterCredentials(setup, link.json().token, 'demo')
  for (const moment of ['at once', 'when the webhook has come']) {
    t.equal((await setup.app.inject({ url: '/roller/products', headers: as('demo') })).statusCode, 404, moment)
    t.same((await setup.app.inject({ url: '/connections', headers: as('demo') })).json().connections, [], moment)
    t.equal((await setup.app.inject({ url: '/roller/products', headers: as('acme') })).statusCode, 200, moment)
    await until(() => setup.events.length > 0)
  }
  const { connections } = (await setup.app.inject({ url: '/connections', headers: as('acme') })).json()
  t.match(connections, [{ tags: { organization_id: 'acme' } }])
})

test('keeps its place after a later reconnect link', async (t) => {
  const setup = await tenants(t, true)
  await move(setup)
  const link = await setup.app.inject(
    { method: 'POST', url: '/connect-session/reconnect', headers: as('acme'), payload: { connectionId: 'demo-venue' } }
  )
  await enterCredentials(setup, link.json().token, 'demo')
  await until(() => setup.events.length > 0)
  t.equal((await setup.app.inject({ url: '/roller/products', headers: as('acme') })).statusCode, 200)
})
