/** A long walk with one signal leaves no listener on it, whether pages are small or stream. */
import { createServer } from 'node:http'
import { getEventListeners, once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { test } from '../support/tap.ts'
import { build, CONNECTION_ID } from '../support/build.ts'

test('paginate leaves no abort listener on its signal', async (t) => {
  // Larger than what is read whole, so that answers are handed over as streams.
  const items = Array.from({ length: 100 }, (_, index) => ({ bookingReference: String(index), bookingNotes: 'x'.repeat(2_000) }))
  const server = createServer((request, response) => {
    const page = Number(new URL(request.url ?? '', 'http://host').searchParams.get('pageNumber'))
    response.setHeader('content-type', 'application/json')
    response.end(JSON.stringify({ currentPage: page, totalPages: 30, totalItems: 3_000, itemsPerpage: 100, items }))
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.teardown(() => { server.close().closeAllConnections() })
  const { port } = server.address() as AddressInfo
  const { app } = await build(t, { options: { transport: 'direct', rollerBaseUrl: `http://127.0.0.1:${port}` } })
  await app.ready()

  const warnings: string[] = []
  const onWarning = ({ name }: Error): void => { warnings.push(name) }
  process.on('warning', onWarning)
  t.teardown(() => { process.off('warning', onWarning) })
  const { signal } = new AbortController()
  let records = 0
  const options = { connectionId: CONNECTION_ID, startDate: '2026-11-01', signal }
  for await (const record of app.roller.paginate('GET /data/bookingitems', options)) {
    if (record !== undefined) records++
  }
  t.equal(records, 3_000)
  await new Promise((resolve) => setImmediate(resolve))
  t.same(getEventListeners(signal, 'abort'), [])
  t.same(warnings, [])
})
