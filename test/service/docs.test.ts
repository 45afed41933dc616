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
  t.match((await app.inject({ url: '/docs/json' })).json(), { openapi: '3.1.0', servers: [{ url: '..' }] })
  t.match((await app.inject({ url: '/openapi.json' })).json().servers, [{ url: '.' }], 'relative: a proxy may have stripped a prefix')
})

test('answers 304 for a file that the browser has, and a problem for one that does not exist', async (t) => {
  const { app } = await service(t)
  const url = '/docs/static/index.css?version=1'
  const { headers } = await app.inject({ url })
  for (const known of [{ 'if-none-match': String(headers.etag) }, { 'if-modified-since': String(headers['last-modified']) }]) {
    t.equal((await app.inject({ url, headers: known })).statusCode, 304, JSON.stringify(known))
  }
  for (const url of ['/docs/static/nothing.css', '/docs/static/..%2fpackage.json', '/docs/static/a%00.css']) {
    t.match((await app.inject({ url })).json(), { status: 404, code: 'ROLLER_ERR_NOT_FOUND' }, url)
  }
})
