/** A connection that is moved to another tenant is unknown to its former tenant. */
import { test, type Test } from '../support/tap.ts'
import { VENUE } from '../support/build.ts'
import { enterCredentials, start, until, type Life } from './fixture.ts'

const as = (owner: string) => ({ ...VENUE, 'x-owner': owner })

async function tenants (t: Pick<Test, 'teardown'>, webhooks = false): Promise<Life> {
  return await start(t, {
    webhooks,
    options: {
      identify: ({ headers }) => headers['x-owner'] === undefined ? 'trusted' : { tags: { organization_id: String(headers['x-owner']) } }
    }
  })
}

async function move (life: Life): Promise<void> {
  const payload = { tags: { organization_id: 'acme' } }
  const response = await life.app.inject({ method: 'PATCH', url: '/connections/demo-venue', payload })
  if (response.statusCode !== 200) throw new Error(response.body)
}

test('rejects its former tenant at once, even during calls', async (t) => {
  const life = await tenants(t)
  const call = async (owner: string) => (await life.app.inject({ url: '/roller/products', headers: as(owner) })).statusCode
  t.equal(await call('demo'), 200)
  const polling = [call('demo'), call('demo')]
  await move(life)
  await Promise.all(polling)
  t.equal(await call('demo'), 404)
  t.equal(await call('acme'), 200)
  t.equal((await life.app.inject({ url: '/connections/demo-venue', headers: as('demo') })).statusCode, 404)
})

test('is not moved back by an earlier reconnect link', async (t) => {
  const life = await tenants(t, true)
  const link = await life.app.inject(
    { method: 'POST', url: '/connect-session/reconnect', headers: as('demo'), payload: { connectionId: 'demo-venue' } }
  )
  t.equal(link.statusCode, 201)
  await move(life)
  await enterCredentials(life, link.json().token, 'demo')
  for (const moment of ['at once', 'when the webhook has come']) {
    t.equal((await life.app.inject({ url: '/roller/products', headers: as('demo') })).statusCode, 404, moment)
    t.same((await life.app.inject({ url: '/connections', headers: as('demo') })).json().connections, [], moment)
    t.equal((await life.app.inject({ url: '/roller/products', headers: as('acme') })).statusCode, 200, moment)
    await until(() => life.events.length > 0)
  }
  t.match((await life.app.inject({ url: '/connections', headers: as('acme') })).json().connections, [{ tags: { organization_id: 'acme' } }])
})

test('keeps its place after a later reconnect link', async (t) => {
  const life = await tenants(t, true)
  await move(life)
  const link = await life.app.inject(
    { method: 'POST', url: '/connect-session/reconnect', headers: as('acme'), payload: { connectionId: 'demo-venue' } }
  )
  await enterCredentials(life, link.json().token, 'demo')
  await until(() => life.events.length > 0)
  t.equal((await life.app.inject({ url: '/roller/products', headers: as('acme') })).statusCode, 200)
})
