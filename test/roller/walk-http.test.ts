import { test } from '../support/tap.ts'
import { START, type Send } from '../sandbox/roller-fixture.ts'
import { build, VENUE } from '../support/build.ts'
import { walkCatalog } from '../support/walk.ts'

test('all 79 operations work over HTTP, and their responses fit the catalog', async (t) => {
  // Both clocks are frozen together, or tokens would seem expired.
  const now = (): number => START
  const { app, roller } = await build(
    t,
    { options: { rateLimits: { reporting: { limit: 100_000 }, rest: { limit: 100_000 } } }, roller: { limits: 'off', now }, nango: { now } }
  )
  const call: Send = async (method, path, body) => {
    const response = await app.inject({
      method: method as 'GET', // the catalog's methods are all Fastify's
      url: `/roller${path}`,
      headers: VENUE,
      ...(body !== undefined && { payload: body as object })
    })
    const isJson = String(response.headers['content-type']).startsWith('application/json')
    return { status: response.statusCode, headers: {}, body: isJson ? response.json() : {}, text: response.body }
  }
  await walkCatalog(t, roller, call)
})
