/** GET /connect: the page, its policy, and cacheable files; served only if enabled, under any prefix. */
import { test } from '../support/tap.ts'
import { build } from '../support/build.ts'
import { service } from '../service/fixture.ts'

test('contains nothing about any link, and has a strict policy', async (t) => {
  const { app, nango } = await build(
    t, { options: { connectPage: true, prefix: '/api', nango: { connectUrl: 'https://connect.example.com/ui' } } }
  )
  const page = await app.inject('/api/connect')
  t.equal(page.statusCode, 200)
  t.match(page.headers['content-type'], /^text\/html/)
  t.match(
    page.headers,
    { 'cache-control': 'no-store', 'referrer-policy': 'no-referrer', 'x-frame-options': 'DENY', 'x-content-type-options': 'nosniff' }
  )
  const policy = Object.fromEntries(
    String(page.headers['content-security-policy']).split('; ').map((part) => [part.split(' ')[0], part.split(' ').slice(1).join(' ')])
  )
  const nonce = /'nonce-([\w+/=]{22,})'/.exec(policy['script-src'] ?? '')?.[1] ?? ''
  t.same(policy, {
    'default-src': "'none'",
    'script-src': `'nonce-${nonce}'`,
    'style-src': `'nonce-${nonce}'`,
    'img-src': 'data:',
    'connect-src': `'self' ${nango.url}`,
    'frame-src': 'https://connect.example.com',
    'form-action': "'none'",
    'base-uri': "'none'",
    'frame-ancestors': "'none'",
    'require-trusted-types-for': "'script'",
    'trusted-types': "'none'"
  })
  t.notMatch(page.body, /<script(?![^>]*src=)|<style| style=| on\w+=/, 'no inline script or style')
  t.equal(page.body.split(`nonce="${nonce}"`).length - 1, 2)
  t.notMatch((await app.inject('/api/connect')).body, nonce, 'another nonce each time')
})

test('caches its files forever, but not files of another version', async (t) => {
  const { app } = await build(t, { options: { connectPage: true, prefix: '/api' } })
  const { body } = await app.inject('/api/connect')
  const files = [...body.matchAll(/(?:src|href)="(connect\/[^"]+)"/g)].map(([, path]) => `/api/${String(path)}`)
  t.equal(files.length, 2)
  const [script = ''] = files.filter((path) => path.endsWith('.js'))
  // Every module that one of them imports is served as well.
  const seen = new Set(files)
  for (const path of seen) {
    const file = await app.inject(path)
    t.equal(file.statusCode, 200, path)
    t.equal(file.headers['cache-control'], 'public, max-age=31536000, immutable')
    t.match(file.headers['content-type'], path.endsWith('.js') ? /^text\/javascript/ : /^text\/css/)
    t.notMatch(file.body, /sourceMappingURL/)
    if (path.endsWith('.js')) {
      for (const [, name] of file.body.matchAll(/ from '\.\/([^']+)'/g)) seen.add(path.replace(/[^/]+$/, String(name)))
    }
  }
  t.equal(seen.size, 7, 'six scripts and the style')
  const old = await app.inject(script.replace(/connect\/[^/]+/, 'connect/another-version'))
  t.equal(old.statusCode, 200)
  t.equal(old.headers['cache-control'], 'no-store')
  t.equal((await app.inject(script.replace('page.js', 'package.json'))).statusCode, 404)
  t.equal((await app.inject(script.replace('page.js', '..%2f..%2fpackage.json'))).statusCode, 404)
})

test('is not served unless enabled', async (t) => {
  const { app } = await build(t)
  t.equal((await app.inject('/connect')).statusCode, 404)
  t.notOk('connectPage' in (await app.inject({ method: 'POST', url: '/connect-session' })).json())
})

test('is public in the service, and nothing else is', async (t) => {
  const key = 'key-of-the-caller-1234567890'
  const { app } = await service(t, { API_KEYS: key })
  t.equal((await app.inject('/connect')).statusCode, 200)
  t.equal((await app.inject({ method: 'POST', url: '/connect-session' })).statusCode, 401)
  const headers = { authorization: `Bearer ${key}` }
  t.match((await app.inject({ method: 'POST', url: '/connect-session', headers })).json(), { connectPage: /^\/connect#token=/ })
  t.match(
    (await app.inject({ method: 'POST', url: '/connect/result', payload: { ticket: 'x', connectionId: 'demo-venue' } })).json(),
    { status: 401, detail: /link/ }
  )
})

test('a host that ignores trailing slashes serves a page whose files and form are found', async (t) => {
  const server = { routerOptions: { ignoreTrailingSlash: true } }
  const { app } = await build(t, { options: { connectPage: true, prefix: '/api' }, server })
  for (const path of ['/api/connect', '/api/connect/', '/api/connect/?lang=de', '/api/connect?next=/a/']) {
    const { body } = await app.inject(path)
    const page = new URL(path, 'http://localhost')
    const links = [...body.matchAll(/(?:src|href)="([^"#d][^":]*\.\w+)"/g)].map(([, link]) => new URL(link ?? '', page).pathname)
    t.equal(links.length, 2, path)
    for (const link of links) t.equal((await app.inject(link)).statusCode, 200, link)
    const [, result = ''] = /resultPath&#34;:&#34;([^&]+)&/.exec(body) ?? []
    t.equal(new URL(result, page).pathname, '/api/connect/result', path)
  }
})
