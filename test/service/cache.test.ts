/** CACHE: named operations are cached, separately for each venue. */
import { test } from '../support/tap.ts'
import { callsAtRoller, VENUE } from '../support/build.ts'
import { service } from './fixture.ts'

test('caches a named operation, and no other', async (t) => {
  const built = await service(t, { CACHE: 'GET /products=60' })
  const { port } = new URL(await built.app.listen({ host: '127.0.0.1', port: 0 }))
  const get = async (path: string) => await fetch(`http://127.0.0.1:${port}/roller${path}`, { headers: VENUE })
  const [first, second] = [await get('/products'), await get('/products')]
  t.equal(await second.text(), await first.text())
  t.match(second.headers.get('cache-status'), /hit/)
  t.match(second.headers.get('age'), /^\d+$/)
  for (let n = 0; n < 2; n++) t.equal((await get('/venues/me')).headers.get('cache-status')?.includes('hit') ?? false, false)
  t.same(callsAtRoller(built).map(({ url }) => url), ['/products', '/venues/me', '/venues/me'])
})

test('caches nothing by default', async (t) => {
  const built = await service(t)
  for (let n = 0; n < 2; n++) t.equal((await built.app.inject({ url: '/roller/products', headers: VENUE })).statusCode, 200)
  t.equal(callsAtRoller(built).length, 2)
})
