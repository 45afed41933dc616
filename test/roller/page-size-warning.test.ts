import { test } from '../support/tap.ts'
import { build, callsAtRoller, VENUE } from '../support/build.ts'

const PERIOD = 'startDate=2026-11-10&endDate=2026-11-11'

test('warns about a page of more than 500 records, and sends the call', async (t) => {
  const built = await build(t)
  const get = async (url: string) => (await built.app.inject({ url: `/roller${url}`, headers: VENUE }))
  for (const query of ['pageSize=501', 'pagesize=1000', 'pageNumber=1&pageSize=20000']) {
    const response = await get(`/data/bookingitems?${PERIOD}&${query}`)
    t.equal(response.statusCode, 200, query)
    t.equal(response.headers['roller-warning'], 'page-size;max=500', query)
  }
  t.equal(callsAtRoller(built).length, 3)
  for (const url of [`/data/bookingitems?${PERIOD}&pageSize=500`, `/data/bookingitems?${PERIOD}`, '/venues/me?pageSize=501']) {
    t.notOk('roller-warning' in (await get(url)).headers, url)
  }
})

test('warns about discounts only above ROLLER\'s default of 20000', async (t) => {
  const built = await build(t)
  const get = async (size: number) => (
    await built.app.inject({ url: `/roller/data/discounts?pageSize=${size}`, headers: VENUE })
  ).headers['roller-warning']
  t.equal(await get(20_000), undefined)
  t.equal(await get(20_001), 'page-size;max=20000')
})
