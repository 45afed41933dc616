/** A host that decodes request bodies (@fastify/compress): its streams are paused, and longer than Content-Length says. */
import { randomBytes } from 'node:crypto'
import { gzipSync } from 'node:zlib'
import compress from '@fastify/compress'
import { test } from '../support/tap.ts'
import { listen, VENUE } from '../support/build.ts'

const JSON_GZIP = { 'content-type': 'application/json', 'content-encoding': 'gzip' }

test('a gzip body that the host decodes arrives at ROLLER whole, small and large, on typed and wildcard routes', async (t) => {
  const { url, roller } = await listen(t, { host: async (app) => { await app.register(compress) } })
  for (const [path, size] of [['/roller/new-path', 100], ['/roller/new-path', 500_000], ['/roller/bookings/draft/costs', 100]] as const) {
    const body = JSON.stringify({ items: [], notes: randomBytes(size / 2).toString('hex') })
    const headers = { ...VENUE, ...JSON_GZIP, 'roller-validation': 'false' }
    const response = await fetch(url + path, { method: 'POST', headers, body: gzipSync(body), signal: AbortSignal.timeout(10_000) })
    await response.arrayBuffer()
    t.equal(response.headers.get('roller-answered-by'), 'roller', path)
    t.equal(String(roller.requests.at(-1)?.body), body, `${path} with ${size} bytes`)
  }
  const body = gzipSync('{"tags":{"organization_id":"a"}}')
  const created = await fetch(`${url}/connect-session`, { method: 'POST', headers: JSON_GZIP, body })
  t.equal(created.status, 201, 'and on routes of the plugin\'s own')
  const damaged = await fetch(`${url}/connect-session`, { method: 'POST', headers: JSON_GZIP, body: body.subarray(0, -9) })
  t.match(await damaged.text(), /decompress/, 'the host\'s error says what is wrong')
})

test('rejects a Content-Encoding that no hook decodes with 415, and does not call ROLLER', async (t) => {
  const { url, roller } = await listen(t)
  for (const path of ['/roller/new-path', '/roller/bookings', '/connect-session']) {
    const response = await fetch(url + path, { method: 'POST', headers: { ...VENUE, ...JSON_GZIP }, body: gzipSync('{}') })
    t.match(await response.json(), { status: 415, code: 'ROLLER_ERR_MEDIA_TYPE', hint: /without Content-Encoding/ }, path)
  }
  t.same(roller.requests.filter(({ method }) => method === 'POST'), [])
  for (const encoding of ['identity', 'Identity', '']) {
    const headers = { ...VENUE, 'content-type': 'application/json', 'content-encoding': encoding }
    const response = await fetch(`${url}/roller/new-path`, { method: 'POST', headers, body: '{}' })
    t.equal(response.headers.get('roller-answered-by'), 'roller', `'${encoding}' is none`)
  }
})
