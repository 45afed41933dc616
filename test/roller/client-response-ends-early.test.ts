/** A response that breaks off, of a call in process: the error says whether the call may be sent again. */
import { test } from '../support/tap.ts'
import { startAtPeer } from '../transport/fixture.ts'
import { bookingFor } from '../upstream/fixture.ts'

const connectionId = 'demo-venue'

test('a write whose response breaks off may have been executed', async (t) => {
  const built = await startAtPeer(t, 'direct', (request, response) => {
    request.resume()
    response.writeHead(201, { 'content-type': 'application/json' }).write('{"uniqueId":')
    setTimeout(() => response.destroy(), 20)
  })
  const body = JSON.parse(bookingFor(built))
  await t.rejects(built.app.roller.request('POST /bookings', { connectionId, body }), {
    code: 'ROLLER_ERR_UNREACHABLE', detail: /may have been executed/, hint: /^Check the data/
  })
})

test('a body that stalls is a timeout', async (t) => {
  const { app } = await startAtPeer(t, 'direct', (_request, response) => {
    response.writeHead(200, { 'content-type': 'application/json' }).write('[')
  }, { timeouts: { idle: 50 } })
  await t.rejects(app.roller.request('GET /products', { connectionId }), { code: 'ROLLER_ERR_TIMEOUT' })
})

test('a caller that cancels gets its own reason', async (t) => {
  const caller = new AbortController()
  const { app } = await startAtPeer(t, 'direct', (_request, response) => {
    response.writeHead(200, { 'content-type': 'application/json' }).write('[')
    setTimeout(() => caller.abort(new Error('left')), 20)
  })
  await t.rejects(app.roller.request('GET /products', { connectionId, signal: caller.signal }), { message: 'left' })
})
