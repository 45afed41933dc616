import { test } from '../support/tap.ts'
import { build, VENUE } from '../support/build.ts'
import { stubNango } from '../upstream/fixture.ts'

test('collects a response above the high-water mark for callers who share it', {
  timeout: 20_000
}, async (t) => {
  const body = JSON.stringify('x'.repeat(300_000))
  const nango = await stubNango(t, (_request, response) => {
    setTimeout(() => {
      response.writeHead(200, { 'content-type': 'application/json' }) // chunked
      response.write(body.slice(0, 70_000))
      response.end(body.slice(70_000))
    }, 50) // until then the others have joined
  })
  const { app } = await build(t, { options: { nango: { host: nango.url } } })
  const responses = await Promise.all(Array.from({ length: 5 }, () => app.inject({ url: '/roller/products', headers: VENUE })))
  for (const result of responses) t.equal(result.payload.length, body.length)
  t.equal(nango.requests.length, 1)
})
