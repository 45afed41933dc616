/** A connection id with unusual characters addresses exactly that connection, and no id addresses anything else. */
import { request } from 'node:http'
import { test } from '../support/tap.ts'
import { build, listen } from '../support/build.ts'

// eslint-disable-next-line no-template-curly-in-string
const ODD = ['a/b', 'a b', 'a+b', 'a|b', '${client_secret}', 'a\\b', 'a"b\'c', '...', 'a;b', '[a]', '~a,b:c=@', 'x'.repeat(255)]

test('accepts ids that Nango allows on every route', async (t) => {
  const { app, nango } = await build(t, { server: { routerOptions: { maxParamLength: 1024 } } }) // Fastify's own limit is 100
  for (const id of ODD) {
    nango.addConnection({ connectionId: id, clientId: 'odd', clientSecret: 's' })
    const url = `/connections/${encodeURIComponent(id)}`
    t.equal((await app.inject({ url })).json().connectionId, id, id)
    t.same(
      (await app.inject({ method: 'PATCH', url, payload: { tags: { a: 'b' }, metadata: { c: 1 } } })).json().metadata, { c: 1 },
      `PATCH ${id}`
    )
    t.equal(
      (await app.inject({ method: 'POST', url: '/connect-session/reconnect', payload: { connectionId: id } })).statusCode, 201,
      `reconnect ${id}`
    )
    t.match((await app.inject({ url: `${url}/check` })).json(), { connectionId: id, ok: true }, `check ${id}`)
    t.equal((await app.inject({ method: 'DELETE', url })).statusCode, 204, `DELETE ${id}`)
  }
  t.same(nango.connections.map(({ connectionId }) => connectionId), ['demo-venue'], 'each deleted itself and nothing else')
})

test('treats ids that Nango cannot store as unknown, without a call to Nango', async (t) => {
  const { url, nango } = await listen(t)
  const raw = (method: string, path: string): Promise<number | undefined> => new Promise((resolve, reject) => {
    // Sent raw: fetch and inject would resolve dot segments.
    request(url, { method, path, agent: false }, (got) => { got.resume(); resolve(got.statusCode) }).on('error', reject).end()
  })
  for (
    const id of [
      '..', '%2e%2e', '.', '%2E', encodeURIComponent('é'), '%00', '%0a', 'a%25b', '%F0%9F%8E%B3', 'x'.repeat(256),
      '..%2Fconnect%2Fsessions%00'
    ]
  ) {
    for (const method of ['GET', 'DELETE']) t.match(await raw(method, `/connections/${id}`), /^(400|404|414)$/, `${method} ${id}`)
  }
  t.same(nango.requests, [])
})

test('treats an id that looks like a path as unknown', async (t) => {
  const { app, nango } = await build(t)
  for (
    const id of ['../integrations/roller', '../../integrations', 'demo-venue/../demo-venue', '/demo-venue', 'demo-venue?x=', 'demo-venue#']
  ) {
    for (const method of ['GET', 'DELETE'] as const) {
      t.equal((await app.inject({ method, url: `/connections/${encodeURIComponent(id)}` })).statusCode, 404, `${method} ${id}`)
    }
  }
  t.ok(nango.requests.every(({ url }) => url.startsWith('/connections')), 'only connections were requested')
  t.equal(nango.connections.length, 1)
})
