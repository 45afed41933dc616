import { test } from '../support/tap.ts'
import { bookingOf, productId, start, TODAY, TOMORROW, type Json } from './roller-fixture.ts'

const period = `startDate=${TODAY}&endDate=${TOMORROW}`

test('returns a report in pages', async (t) => {
  const { roller, call } = await start(t)
  const jumper = productId(roller, 'Jump Session 60 Minutes')
  for (let index = 0; index < 25; index++) {
    await call(
      'POST',
      '/bookings',
      bookingOf(
        jumper, 1, {
          externalId: `r-${index}`,
          items: [{ productId: productId(roller, 'All Day Pass'), quantity: 1, bookingDate: TOMORROW }]
        }
      )
    )
  }
  const page = async (query: string) => (await call('GET', `/data/bookingitems?${period}${query}`)).body
  const all = await page('')
  const total = all['totalItems'] as number
  t.ok(total >= 25 && total < 100)
  t.match(all, { currentPage: 1, totalPages: 1, itemsPerpage: 100 })
  const second = await page('&pageSize=10&pageNumber=2')
  t.match(second, { currentPage: 2, totalPages: Math.ceil(total / 10), totalItems: total, itemsPerpage: 10 })
  t.same(second['items'], (all['items'] as Json[]).slice(10, 20))
  t.same((await page('&pageNumber=99'))['items'], [])
  t.equal((await call('GET', `/data/bookingitems?${period}&pageNumber=0`)).status, 400)
})

test('accepts a period of at most one venue-local day', async (t) => {
  const { call } = await start(t)
  const status = async (query: string) => (await call('GET', `/data/tickets?${query}`)).status
  t.equal(await status(period), 200)
  t.equal(await status(`startDate=${TODAY}&endDate=${TODAY}`), 200)
  t.equal(await status(`startDate=${TODAY}&endDate=2026-11-27`), 400)
  t.equal(await status(`startDate=${TOMORROW}&endDate=${TODAY}`), 400)
  t.equal(await status(`startDate=${TODAY}`), 400)
  t.equal(await status('startDate=2026-02-30&endDate=2026-03-01'), 400)
})

test('writes instants in UTC unless the venue\'s offset is requested', async (t) => {
  const { roller, call } = await start(t)
  await call(
    'POST', '/bookings', bookingOf(productId(roller, 'All Day Pass'), 1, { payments: [{ id: 'tx-utc', paymentType: 'Cash', amount: 45 }] })
  )
  const created = async (headers: Record<string, string>) => {
    const { body } = await call('GET', `/data/bookingpayments?${period}`, undefined, headers)
    return (body['items'] as Json[]).find((row) => row['transactionId'] === 'tx-utc')?.['createdDate']
  }
  t.equal(await created({}), '2026-11-25T00:00:00Z')
  t.equal(await created({ 'timezone-designators': 'offset' }), '2026-11-25T10:00:00+10:00')
})

test('uses venue-local days', async (t) => {
  const { roller, clock, call } = await start(t)
  // 23:30 in Brisbane, still the same day in UTC; an hour later it is not in Brisbane.
  clock.forward(13.5 * 3_600_000)
  await call('POST', '/bookings', bookingOf(productId(roller, 'All Day Pass'), 1, { externalId: 'late' }))
  clock.forward(3_600_000)
  await call('POST', '/bookings', bookingOf(productId(roller, 'All Day Pass'), 1, { externalId: 'early' }))
  const found = async (date: string) => {
    const { body } = await call('GET', `/data/bookingitems?startDate=${date}&endDate=${date}`)
    return (
      body['items'] as { meta: { attribute: string, value: string }[] }[]
    ).flatMap((row) => row.meta).filter((meta) => meta.attribute === 'ExternalId').map((meta) => meta.value)
  }
  t.same(await found(TODAY), ['late'])
  t.same(await found(TOMORROW), ['early'])
})

test('has a fixed page size and a booking filter for revenue entries', async (t) => {
  const { roller, call } = await start(t)
  const made = await call(
    'POST', '/bookings', bookingOf(productId(roller, 'All Day Pass'), 1, { payments: [{ id: 'tx-1', paymentType: 'Cash', amount: 45 }] })
  )
  const reference = made.body['bookingReference'] as string
  const { body } = await call('GET', `/reporting/revenue-entries?${period}&bookingReferences=${reference}&pageSize=1`)
  t.match(body, { itemsPerpage: 100, totalItems: 1, items: [{ bookingReference: reference, fundsReceived: 45, entryType: 'Transaction' }] })
})
