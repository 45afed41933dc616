import { test } from '../support/tap.ts'
import { CLIENT, setup } from './nango-fixture.ts'
import type { ErrorBody, Fixture, ListBody } from './nango-fixture.ts'

async function four (fixture: Fixture): Promise<(query: string) => Promise<string[]>> {
  for (const id of ['c2', 'c3', 'd4']) {
    fixture.advance(1000)
    fixture.nango.addConnection({ connectionId: id, ...CLIENT, tags: { organization_id: id === 'c3' ? 'o1' : 'o2' } })
  }
  return async (query) => (await fixture.call<ListBody>(`/connections${query}`)).json.connections.map((one) => one.connection_id)
}

test('lists the newest first, page by page, with a short last page', async (t) => {
  const list = await four(await setup(t))
  t.same(await list(''), ['d4', 'c3', 'c2', 'c1'])
  t.same(await list('?limit=3&page=0'), ['d4', 'c3', 'c2'])
  t.same(await list('?limit=3&page=1'), ['c1'])
})

test('filters by tag, id, search and integration', async (t) => {
  const list = await four(await setup(t))
  t.same(await list('?tags[Organization_ID]=o1'), ['c3', 'c1'])
  t.same(await list('?tags%5Borganization_id%5D=o2'), ['d4', 'c2'])
  t.same(await list('?tags[organization_id]=O1'), [])
  t.same(await list('?connectionId=c2'), ['c2'])
  t.same(await list('?search=D'), ['d4'])
  t.same(await list('?integrationId=other,roller&limit=1'), ['d4'])
  t.same(await list('?integrationId=other'), [])
})

test('rejects a limit out of range', async (t) => {
  const { call } = await setup(t)
  for (const query of ['limit=0', 'limit=2001', 'page=-1', 'limit=x']) {
    t.equal((await call<ErrorBody>(`/connections?${query}`)).json.error.code, 'invalid_query_params', query)
  }
})

test('never lists credentials', async (t) => {
  const { call, proxy } = await setup(t)
  await proxy('/venues/me')
  const { text } = await call('/connections')
  t.notMatch(text, /right-secret|token-1/)
})

test('lists a new connection after the replica\'s delay', async (t) => {
  const fixture = await setup(t, { replicaLag: 500 })
  t.same((await fixture.call<ListBody>('/connections')).json.connections, [])
  t.equal((await fixture.call('/connections/c1?provider_config_key=roller')).status, 200)
  fixture.advance(500)
  t.equal((await fixture.call<ListBody>('/connections')).json.connections.length, 1)
})
