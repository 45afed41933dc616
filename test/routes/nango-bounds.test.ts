/** Sizes and waits from Nango are bounded. */
import { test } from '../support/tap.ts'
import { build } from '../support/build.ts'
import { stubNango } from '../upstream/fixture.ts'

test('caps Nango\'s Retry-After at the length of its limit', async (t) => {
  for (const [header, expected] of [['31536000', 60], ['1e9', 1], ['57', 58], ['-5', 1], ['soon', 1]] as const) {
    const stub = await stubNango(t, (_request, response) => {
      response.writeHead(429, { 'content-type': 'application/json', 'retry-after': header }).end('{"error":{"code":"too_many_request"}}')
    })
    const { app } = await build(t, { options: { nango: { host: stub.url } } })
    const result = await app.inject({ url: '/connections' })
    t.match(result.json(), { code: 'ROLLER_ERR_NANGO_LIMIT', retryAfter: expected }, header)
  }
})

test('stops reading an endless response of Nango\'s API', async (t) => {
  let written = 0
  const stub = await stubNango(t, (_request, response) => {
    const chunk = Buffer.alloc(1024 * 1024, ' ')
    response.writeHead(200, { 'content-type': 'application/json' })
    const write = (): void => {
      while (!response.destroyed && written < 200) {
        written++
        if (response.write(chunk)) continue
        response.once('drain', write)
        return
      }
      response.end('{"connections":[]}')
    }
    write()
  })
  const { app } = await build(t, { options: { nango: { host: stub.url } } })
  const result = await app.inject({ url: '/connections' })
  t.ok(result.statusCode >= 500, 'rejected')
  t.ok(written < 100, `${written} MiB were read`)
})
