/** A host with @fastify/express, which decodes the URL of every request in front of the routes. */
import type { FastifyInstance } from 'fastify'
import { test } from '../support/tap.ts'
import { build, VENUE } from '../support/build.ts'

/** As @fastify/express does it. */
function decodeUrls (app: FastifyInstance): void {
  app.addHook('onRequest', async ({ raw }) => {
    const { url = '' } = raw
    Object.assign(raw, { url: decodeURI(url), originalUrl: url })
  })
}

test('a URL that the host decodes arrives at ROLLER as it was sent', async (t) => {
  const { app, roller } = await build(t, { host: decodeUrls })
  for (const path of ['/products?search=caf%C3%A9', '/products?search=a%20b', '/products?search=50%2525', '/new-path/a%20b', '/products']) {
    const response = await app.inject({ url: `/roller${path}`, headers: { ...VENUE, 'roller-validation': 'false' } })
    t.equal(response.headers['roller-answered-by'], 'roller', response.body)
    t.equal(roller.requests.at(-1)?.url, path)
  }
})

test('a URL that the host rewrites is sent as rewritten', async (t) => {
  for (const host of [() => {}, decodeUrls]) {
    const { app, roller } = await build(t, { server: { rewriteUrl: ({ url = '' }) => url.replace('/v2/old/', '/roller/') }, host })
    await app.inject({ url: '/v2/old/products?search=a%20b', headers: { ...VENUE, 'roller-validation': 'false' } })
    t.equal(roller.requests.at(-1)?.url, '/products?search=a%20b')
  }
})
