/** A hook of the host delays the response of a write, which breaks off in the meantime. */
import { setTimeout as sleep } from 'node:timers/promises'
import { test } from '../support/tap.ts'
import { build } from '../support/build.ts'
import { bookingFor, call, isProblem, stubNango } from './fixture.ts'

test('says that the write may have been executed', async (t) => {
  const peer = await stubNango(t, (request, response) => {
    request.resume()
    response.writeHead(201, { 'content-type': 'application/json' }).write('{"uniqueId":')
    setTimeout(() => response.destroy(), 10)
  })
  const built = await build(t, {
    options: { transport: 'direct', rollerBaseUrl: peer.url }, host: (app) => { app.addHook('onSend', async () => { await sleep(50) }) }
  })
  const response = await call(built, { method: 'POST', url: '/roller/bookings', payload: bookingFor(built) })
  isProblem(t, built, response, {
    status: 502, code: 'ROLLER_ERR_UNREACHABLE', layer: 'network', detail: /may have been executed/
  })
  t.match(JSON.parse(response.payload).hint, /^Check the data/)
})
