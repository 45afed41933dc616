import { test } from '../support/tap.ts'
import type { PageProgress } from 'fastify-roller'
import { START } from '../sandbox/roller-fixture.ts'
import { build, callsAtRoller, CONNECTION_ID } from '../support/build.ts'

test('app.roller.paginate reads a range day by day through the pipeline', async (t) => {
  const now = (): number => START
  const built = await build(t, { roller: { now }, nango: { now } })
  await built.app.ready()
  const progress: PageProgress[] = []
  const options = { connectionId: CONNECTION_ID, startDate: '2026-11-10', endDate: '2026-11-15', pageSize: 5 } as const
  const references: string[] = []
  for await (
    const record of built.app.roller.paginate('GET /data/bookingitems', { ...options, onPage: (page) => { progress.push(page) } })
  ) {
    references.push(String(record.bookingReference))
  }
  t.ok(references.length > 5, 'there are records')
  t.same([...new Set(progress.map(({ date }) => date))], ['2026-11-10', '2026-11-11', '2026-11-12', '2026-11-13', '2026-11-14'])
  t.equal(callsAtRoller(built).length, progress.length, 'a call for each page')
  t.equal(built.roller.penalties, 0)

  const again: string[] = []
  const first = built.app.roller.paginate('GET /data/bookingitems', options)
  again.push(String((await first.next()).value?.bookingReference))
  await first.return()
  for await (const record of built.app.roller.paginate('GET /data/bookingitems', { connectionId: CONNECTION_ID, cursor: first.cursor })) {
    again.push(String(record.bookingReference))
  }
  t.same(again, references, 'a cursor continues after the last consumed record')
})
