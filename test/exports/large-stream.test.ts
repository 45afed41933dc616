/** Millions of records (EXPORT_RECORDS says how many) in flat memory, as fast as their reader takes them and no faster. */
import { createServer } from 'node:http'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import tap, { test } from '../support/tap.ts'
import { CONNECTION_ID, listen, VENUE } from '../support/build.ts'

const RECORDS = Number(process.env['EXPORT_RECORDS'] ?? 300_000)
const PAGE = 20_000

tap.setTimeout(300_000)

test('streams millions of records in flat memory', { timeout: 300_000 }, async (t) => {
  const items = JSON.stringify(Array.from({ length: PAGE }, (_, index) => ({ discountId: String(index), name: 'x' })))
  const pages = RECORDS / PAGE
  let requested = 0
  const server = createServer((request, response) => {
    requested++
    const page = Number(new URL(request.url ?? '', 'http://host').searchParams.get('pageNumber'))
    response.setHeader('content-type', 'application/json')
    response.end(`{"currentPage":${page},"totalPages":${pages},"totalItems":${RECORDS},"itemsPerpage":${PAGE},"items":${items}}`)
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.teardown(() => { server.close().closeAllConnections() })
  const { port } = server.address() as AddressInfo
  const { url } = await listen(t, {
    options: {
      transport: 'direct', rollerBaseUrl: `http://127.0.0.1:${port}`, rateLimits: { reporting: { limit: 1_000_000 } }
    }
  })
  const result = await fetch(`${url}/exports/discounts`, { headers: { ...VENUE, 'connection-id': CONNECTION_ID } })
  t.equal(result.status, 200)
  await new Promise((resolve) => setTimeout(resolve, 500))
  t.ok(requested <= 20, `${requested} pages were fetched while nothing read`)

  let lines = 0
  let bytes = 0
  let early = 0
  let peak = 0
  for await (const chunk of result.body ?? []) {
    for (const byte of chunk) if (byte === 10) lines++
    bytes += chunk.length
    const { rss } = process.memoryUsage()
    if (lines < RECORDS / 5) early = Math.max(early, rss)
    else peak = Math.max(peak, rss)
  }
  t.equal(lines, RECORDS)
  t.ok(bytes > RECORDS * 20)
  t.ok(peak < early * 1.5 + 50e6, `${Math.round(early / 1e6)} MB in the first fifth, ${Math.round(peak / 1e6)} MB after it`)
  t.comment(`${Math.round(early / 1e6)} MB in the first fifth, ${Math.round(peak / 1e6)} MB after it`)
})
