import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { test } from '../support/tap.ts'
import { DAY, HOUR, send, start, type Json } from './roller-fixture.ts'

test('delivers the files of a bulk export by webhook, out of order and with repeats', async (t) => {
  const { roller, clock, call } = await start(t)
  const events: Json[] = []
  const server = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => { chunks.push(chunk) }).on('end', () => {
      events.push(JSON.parse(Buffer.concat(chunks).toString()) as Json)
      response.end()
    })
  })
  await new Promise<void>((resolve) => { server.listen(0, '127.0.0.1', resolve) })
  t.teardown(() => { server.close(); server.closeAllConnections() })
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  await call(
    'POST', '/webhooks', { url, enabled: true, authentication: { apiKey: 'k' }, webhooks: { bulkExport: { events: ['Created'] } } }
  )

  t.equal(
    (await call('POST', '/reporting/bulk', { exportType: 'BookingItems', startDate: '2026-09-15', endDate: '2026-12-01' })).status, 200
  )
  t.equal(await roller.deliverDue(), 4, 'three months, the third of them twice')
  const data = events.map((event) => event['data'] as Json)
  t.same(new Set(data.map((entry) => entry['sequenceNumber'])), new Set([1, 2, 3]))
  t.ok(
    data.every(
      (entry) => entry['sequenceTotal'] === 3 && entry['exportType'] === 'BookingItems' && entry['processId'] === data[0]?.['processId']
    )
  )
  t.equal(new Set(events.map((event) => event['id'])).size, 3, 'a repeat has the same id')

  const rows = async (month: number) => {
    const [file = ''] = data.find((entry) => entry['sequenceNumber'] === month)?.['preSignedUrls'] as string[]
    const { pathname } = new URL(file)
    const result = await send(roller.url, 'GET', pathname)
    return result.status === 200 ? result.body as unknown as Json[] : result.status
  }
  t.same(await rows(1), [], 'before the venue has any history')
  t.match(await rows(3), [{ bookingReference: String, bookingModifiedDate: /^2026-1/ }])
  t.equal(roller.files.size, 3)
  clock.forward(5 * DAY)
  t.equal(await rows(1), 403, 'the addresses have run out')
})

test('prepares the export of decades at once', async (t) => {
  const { roller, call } = await start(t)
  const before = performance.now()
  t.equal((await call('POST', '/reporting/bulk', { exportType: 'Tickets', startDate: '1950-01-01', endDate: '2030-01-01' })).status, 200)
  t.ok(performance.now() - before < 3_000, 'a venue is read once, not once a month')
  t.ok(roller.files.size >= 960, 'at least one file a month')
})

test('accepts an export type once in six hours', async (t) => {
  const { roller, clock, call } = await start(t)
  const order = async (exportType: string, endDate = '2026-11-02') => await call(
    'POST', '/reporting/bulk', { exportType, startDate: '2026-11-01', endDate }
  )
  t.equal((await order('Payments', '2026-11-01')).status, 400)
  t.equal((await order('Everything')).status, 400)
  t.equal((await order('Payments')).status, 200)
  clock.forward(HOUR)
  const rejected = await order('Payments')
  t.equal(rejected.status, 429)
  t.equal(rejected.headers['retry-after'], String(5 * 3600))
  t.equal((await order('Tickets')).status, 200)
  t.equal(roller.penalties, 0, 'this limit starts no cooling-off period')
  clock.forward(5 * HOUR)
  t.equal((await order('Payments')).status, 200)
})
