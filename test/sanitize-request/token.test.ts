import { test } from '../support/tap.ts'
import { listen } from '../support/build.ts'
import { rejectsAll } from './raw.ts'

const DISGUISES = [
  '/token', '/Token', '/TOKEN', '/token/', '/token/x', '/%74oken', '/%54oken', '/tok%65n', '/token;x', '/token%3bx', '/%2574oken',
  '/%252574oken',
  '/token?x=1', '/token?', '/token%2f', '/token%20', '/%20token', '/token%3fx', '/token%23', '/token.', '/token%2e%20'
].map((path) => `/roller${path}`)

test('rejects ROLLER\'s /token in every spelling and for every method', async (t) => {
  const built = await listen(t)
  for (const method of ['GET', 'POST', 'PUT', 'PATCH', 'DELETE']) {
    await rejectsAll(t, built, DISGUISES, 'ROLLER_ERR_OPERATION_FORBIDDEN', method)
  }
})

test('accepts similar paths', async (t) => {
  const built = await listen(t)
  for (const path of ['/tokens', '/token-list', '/tokenize', '/x/token']) {
    await fetch(`${built.url}/roller${path}`, { headers: { 'connection-id': 'demo-venue' } })
  }
  t.equal(built.nango.requests.length, 4)
})
