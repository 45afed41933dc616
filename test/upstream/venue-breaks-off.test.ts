/** The gateway reads the response with the venue's time zone completely: if it breaks off, the call is repeated like any other. */
import { test } from '../support/tap.ts'
import { VENUE } from '../support/build.ts'
import { startAtPeer } from '../transport/fixture.ts'

async function start (t: Parameters<typeof startAtPeer>[0], failures: number) {
  return await startAtPeer(t, 'direct', (_request, response) => {
    response.writeHead(200, { 'content-type': 'application/json' }).write('{"ianaTimeZone":')
    setTimeout(() => { failures-- > 0 ? response.destroy() : response.end('"Australia/Brisbane"}') }, 20)
  })
}

test('repeats GET /venues/me after a response that breaks off', async (t) => {
  const { app, peer } = await start(t, 1)
  const response = await app.inject({ url: '/roller/venues/me', headers: VENUE })
  t.match(response, { statusCode: 200, payload: '{"ianaTimeZone":"Australia/Brisbane"}' })
  t.equal(response.headers['roller-time-zone'], 'Australia/Brisbane')
  t.equal(peer.requests.length, 2)
})

test('fails in process with an error of the gateway', async (t) => {
  const { app, peer } = await start(t, Infinity)
  await t.rejects(app.roller.request('GET /venues/me', { connectionId: 'demo-venue' }), { code: 'ROLLER_ERR_UNREACHABLE' })
  t.equal(peer.requests.length, 3)
})
