/** `GET /exports` shows what the service's export command has written. An app has no such folder, and no variable to name one. */
import { test } from '../support/tap.ts'
import { build, VENUE } from '../support/build.ts'

test('an app has no route for the files of the export command', async (t) => {
  const { app } = await build(t)
  t.match((await app.inject('/exports')).json(), { statusCode: 404, message: 'Route GET:/exports not found' })
  const stream = await app.inject({ url: '/exports/bookingitems?startDate=2026-11-01', headers: VENUE })
  t.equal(stream.statusCode, 200, 'reports are streamed')
})
