/** A redirect of ROLLER is no success of a call in process: nothing was created at the other address. */
import { test } from '../support/tap.ts'
import { startAtPeer } from '../transport/fixture.ts'
import { bookingFor } from '../upstream/fixture.ts'

for (const status of [302, 307]) {
  test(`rejects a ${status}`, async (t) => {
    const built = await startAtPeer(t, 'direct', (request, response) => {
      request.resume()
      response.writeHead(status, { location: 'https://elsewhere.example.com/' }).end()
    })
    const body = JSON.parse(bookingFor(built))
    await t.rejects(built.app.roller.request('POST /bookings', { connectionId: 'demo-venue', body }), {
      code: 'ROLLER_ERR_REFUSED', statusCode: 502, upstream: { status }
    })
  })
}
