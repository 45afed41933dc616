import { gzipSync } from 'node:zlib'
import { test } from '../support/tap.ts'
import { VENUE } from '../support/build.ts'
import { startAtPeer } from '../transport/fixture.ts'

test('reads the venue\'s time zone from a compressed response', async (t) => {
  const body = gzipSync('{"ianaTimeZone":"Australia/Brisbane"}')
  const { app } = await startAtPeer(t, 'direct', (_request, response) => {
    response.writeHead(200, { 'content-type': 'application/json', 'content-encoding': 'gzip' }).end(body)
  })
  const response = await app.inject({ url: '/roller/venues/me', headers: { ...VENUE, 'accept-encoding': 'gzip' } })
  t.equal(response.headers['roller-time-zone'], 'Australia/Brisbane')
  t.same(response.rawPayload, body, 'ROLLER\'s own bytes')
})
