/** What one poll of Nango's list reports, and what it leaves to the next one. */
import { test } from '../support/tap.ts'
import { ConnectionPoller, type ConnectionPollerOptions } from '#plugin/venues/connection-poller.js'
import { EventNotHandled } from '#plugin/webhooks/events.js'
import { ManualClock } from '../support/manual-clock.ts'

interface Listed {
  readonly id: string
  readonly status?: 'connected' | 'reconnect-required'
  readonly venue?: string
  readonly verification?: 'verified' | 'unverified'
  readonly tags?: Record<string, string>
  readonly warnings?: string[]
}

/** @param endless the list has more pages than a poll reads */
function start ({ identifies = true, known = [], endless = false }: { identifies?: boolean, known?: string[], endless?: boolean } = {}) {
  const clock = new ManualClock()
  const reports: string[] = []
  const updated: string[] = []
  let listed: readonly Listed[] = []
  let fails = false
  let pages = 0
  const report = (change: string) => async (id: string): Promise<void> => {
    reports.push(`${change} ${id}`)
    if (fails) throw new EventNotHandled('a handler failed')
  }
  const poller = new ConnectionPoller({
    connections: {
      list: async () => ({
        states: listed.map(({ id, status = 'connected', venue, verification = 'verified', tags = {}, warnings = [] }) => ({
          connection: { connectionId: id, status, venue: venue === undefined ? null : { id: venue }, tags, warnings }, verification
        })),
        nextPage: endless ? ++pages : null
      })
    },
    index: {
      update: ({ connection }: { connection: { connectionId: string } }) => { updated.push(connection.connectionId) },
      ids: () => known.values()
    },
    lifecycle: {
      created: report('created'),
      unverified: report('unverified'),
      failed: report('failed'),
      recovered: report('recovered'),
      deleted: report('deleted')
    },
    environment: 'live',
    clock,
    intervalMs: 60_000,
    identifies,
    warn () {}
  } as unknown as ConnectionPollerOptions) // only what a poll calls
  return {
    clock,
    poller,
    updated,
    pages: () => pages,
    /** @returns what it reports */
    poll: async (connections: readonly Listed[], { fail = false } = {}) => {
      listed = connections
      fails = fail
      await poller.poll()
      return reports.splice(0)
    }
  }
}

const some = (count: number, rest: Omit<Listed, 'id'> = {}): Listed[] => Array.from({ length: count }, (_, i) => ({ id: `c${i}`, ...rest }))

test('reports 50 changes, and the others at the next poll', async (t) => {
  const { poll } = start()
  await poll(some(60, { venue: '1' }))
  const failed = some(60, { venue: '1', status: 'reconnect-required' })
  t.equal((await poll(failed)).length, 50)
  t.equal((await poll(failed)).length, 10)
  t.same(await poll(failed), [])
})

test('verifies ten venues a minute, first those that were verified before, and rejects calls of all', async (t) => {
  const { clock, updated, poll } = start()
  const states: Listed[] = [...some(12, { verification: 'unverified' }), { id: 'old', venue: '1', verification: 'unverified' }]
  const first = await poll(states)
  t.equal(first.length, 10)
  t.equal(first[0], 'unverified old')
  t.same([...new Set(updated)].sort(), states.map(({ id }) => id).sort())
  t.same(await poll(states), [])
  clock.advance(60_000)
  t.equal((await poll(states)).length, 10)
})

test('does not verify a venue of the other environment, nor one without room for it', async (t) => {
  const { poll } = start()
  t.same(await poll([
    { id: 'a', verification: 'unverified', tags: { roller_environment: 'playground' } },
    { id: 'b', verification: 'unverified', warnings: ['no-room-for-venue'] }
  ]), [])
})

test('verifies rejected credentials once', async (t) => {
  const { poll } = start()
  const states = some(1, { verification: 'unverified', status: 'reconnect-required' })
  t.same(await poll(states), ['created c0'])
  t.same(await poll(states), [])
})

test('does not report a connection that a call has verified since the last poll', async (t) => {
  const { poll } = start()
  await poll([])
  t.same(await poll(some(1, { venue: '1' })), [])
})

test('reports no further change once the app closes', async (t) => {
  const { poller, poll } = start()
  await poll(some(3, { venue: '1' }))
  await poller.stop()
  t.same(await poll([]), [])
})

test('without verified venues, reports connections that are new since the first poll', async (t) => {
  const { poll } = start({ identifies: false })
  t.same(await poll(some(1)), [])
  t.same(await poll(some(2)), ['created c1'])
  t.same(await poll(some(2)), [])
})

test('repeats a report until its event was handled', async (t) => {
  const { poll } = start()
  await poll(some(1, { venue: '1' }))
  for (const states of [some(1, { venue: '1', status: 'reconnect-required' }), []]) {
    const reported = await poll(states, { fail: true })
    t.equal(reported.length, 1)
    t.same(await poll(states, { fail: true }), reported)
    t.same(await poll(states), reported)
    t.same(await poll(states), [])
  }
})

test('reports the deletion of a connection that no poll has listed', async (t) => {
  const { poll } = start({ known: ['used'] })
  t.same(await poll([]), ['deleted used'])
})

test('reports no deletion if it has not read the whole list', async (t) => {
  const { pages, poll } = start({ known: ['used'], endless: true })
  t.same(await poll(some(1, { venue: '1' })), [])
  t.equal(pages(), 50)
})

test('passes on the state of each connection, for its calls', async (t) => {
  const { updated, poll } = start()
  await poll(some(2, { venue: '1' }))
  t.same(updated, ['c0', 'c1'])
})
