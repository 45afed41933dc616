/** Swagger UI is served with all files of its page, and may call this service. */
import { test } from '../support/tap.ts'
import { service } from './fixture.ts'

test('serves the page and its assets', async (t) => {
  const { app } = await service(t)
  const moved = await app.inject({ url: '/docs' })
  const page = moved.statusCode === 200
    ? moved
    : await app.inject(
      { url: new URL(String(moved.headers.location), 'http://localhost/docs').pathname }
    )
  t.equal(page.statusCode, 200)
  t.match(page.headers['content-type'], /^text\/html/)
  const assets = [...page.body.matchAll(/(?:src|href)="([^"]+)"/g)].map(
    ([, path]) => new URL(String(path), 'http://localhost/docs').pathname
  )
  t.ok(assets.length >= 4)
  for (const path of assets) {
    const asset = await app.inject({ url: path })
    t.equal(asset.statusCode, 200, path)
    t.ok(asset.rawPayload.length > 0, path)
  }
  t.match(page.headers['content-security-policy'], /default-src 'self'/)
  t.match((await app.inject({ url: '/docs/json' })).json(), { openapi: '3.1.0' })
})
