/** The state of a connection in this process: read once for all callers, and never older than the last known change. */
import { test } from '../support/tap.ts'
import { asVerified } from '../support/build.ts'
import { RollerError } from '#plugin/errors.js'
import { ClientIds } from '#plugin/nango/entry.js'
import { readState, type ConnectionState } from '#plugin/nango/connection-state.js'
import { ConnectionIndex } from '#plugin/venues/connection-index.js'
import { ManualClock } from '../support/manual-clock.ts'

const clientIds = new ClientIds('key', 'roller')
const venue = { id: '49814', environment: 'live', name: 'Park', timeZone: 'UTC', currency: 'AUD', locale: 'en' } as const
const { tags, metadata } = asVerified(venue)

/** Of the connection `venue`, whose tenant a change replaces. */
const stateOf = (tenant: string, asOf: number): ConnectionState =>
  readState({ clientIds }, { connection_id: 'venue', tags: { ...tags, tenant }, metadata }, asOf)

interface Read {
  readonly end: (state: ConnectionState) => void
  readonly fail: (error: RollerError) => void
}

function start () {
  const clock = new ManualClock()
  const reads: Read[] = []
  let lists = 0
  const index = new ConnectionIndex({
    connections: {
      get: () => new Promise((resolve, reject) => { reads.push({ end: resolve, fail: reject }) }),
      list: async () => { lists++; return { states: [stateOf('a', clock.now())], nextPage: null } }
    },
    environment: 'live',
    clock
  })
  return { clock, index, reads, lists: () => lists, tenant: () => index.peek('venue')?.tags['tenant'] }
}

test('concurrent callers share one read', async (t) => {
  const { index, reads } = start()
  const both = Promise.all([index.get('venue'), index.get('venue')])
  reads[0]?.end(stateOf('a', 1_000))
  t.match(await both, [{ tags: { tenant: 'a' } }, { tags: { tenant: 'a' } }])
  t.equal(reads.length, 1)
})

test('a failed read is repeated after a second at the earliest', async (t) => {
  const { clock, index, reads } = start()
  const first = index.get('venue')
  reads[0]?.fail(new RollerError('ROLLER_ERR_NANGO_LIMIT'))
  await t.rejects(first, { code: 'ROLLER_ERR_NANGO_LIMIT' })
  await t.rejects(index.get('venue'), { code: 'ROLLER_ERR_NANGO_LIMIT' })
  t.equal(reads.length, 1)
  clock.advance(1_000)
  const second = index.get('venue')
  reads[1]?.end(stateOf('a', clock.now()))
  t.match(await second, { tags: { tenant: 'a' } })
})

test('a connection that Nango does not have is read each time, and what was known of it is dropped', async (t) => {
  const { clock, index, reads, tenant } = start()
  index.update(stateOf('a', clock.now()))
  for (let calls = 1; calls <= 2; calls++) {
    const read = index.get('venue', 0)
    reads[calls - 1]?.fail(new RollerError('ROLLER_ERR_CONNECTION_UNKNOWN'))
    await t.rejects(read, { code: 'ROLLER_ERR_CONNECTION_UNKNOWN' })
    t.equal(reads.length, calls)
    t.equal(tenant(), undefined)
  }
})

for (const all of [false, true]) {
  test(`a read that began before ${all ? 'changes of all connections' : 'a change'} is not kept, nor joined after it`, async (t) => {
    const { clock, index, reads, tenant } = start()
    const before = index.get('venue')
    clock.advance(1)
    if (all) index.forgetAll()
    else index.forget('venue')
    const after = index.get('venue')
    t.equal(reads.length, 2)
    reads[0]?.end(stateOf('old', 1_000))
    await before
    t.equal(tenant(), undefined)
    reads[1]?.end(stateOf('new', 1_001))
    t.match(await after, { tags: { tenant: 'new' } })
    t.equal(tenant(), 'new')
  })
}

test('an earlier read does not replace the result of a later one', async (t) => {
  const { index, tenant } = start()
  index.update(stateOf('new', 2_000))
  index.update(stateOf('old', 1_000))
  t.equal(tenant(), 'new')
})

test('a venue is searched again after a change of its connection', async (t) => {
  const { clock, index, lists } = start()
  for (let calls = 0; calls < 2; calls++) t.equal(await index.find('49814'), 'venue')
  t.equal(lists(), 1)
  clock.advance(1)
  index.forget('venue')
  t.equal(await index.find('49814'), 'venue')
  t.equal(lists(), 2)
  const another = { ...stateOf('a', clock.now()).connection, venue: { ...venue, id: '777' } }
  index.update({ ...stateOf('a', clock.now()), connection: another })
  await index.find('49814')
  t.equal(lists(), 3)
})
