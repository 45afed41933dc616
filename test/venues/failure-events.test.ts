/** The events of a connection that fails and recovers: one for each failure and its end, however often Nango reports it. */
import { test } from '../support/tap.ts'
import { asVerified } from '../support/build.ts'
import { ClientIds, newEntry } from '#plugin/nango/entry.js'
import { readState, type ConnectionState } from '#plugin/nango/connection-state.js'
import { ENTRY_TAG, PENDING_FIELD } from '#plugin/nango/venue.js'
import { ConnectionIndex } from '#plugin/venues/connection-index.js'
import { ConnectionLifecycle } from '#plugin/venues/connection-lifecycle.js'
import type { Connections } from '#plugin/nango/connections.js'
import { ManualClock } from '../support/manual-clock.ts'

const clientIds = new ClientIds('key', 'roller')
const venue = { id: '49814', environment: 'live', name: 'Park', timeZone: 'UTC', currency: 'AUD', locale: 'en' } as const

/** @param errorId of the rejected credentials; null if they work */
function stateOf (errorId: string | null, entered = asVerified(venue)): ConnectionState {
  const errors = errorId === null ? [] : [{ type: 'auth', log_id: errorId }]
  return readState({ clientIds }, { connection_id: 'venue', ...entered, errors }, 0)
}

/** A replica. */
function start () {
  let state = stateOf(null)
  const connections = { fresh: async () => state } as unknown as Connections // the part that is used
  const index = new ConnectionIndex({ connections, environment: 'live', clock: new ManualClock() })
  const seen: string[] = []
  const ids: string[] = []
  const lifecycle = new ConnectionLifecycle({
    connections,
    index,
    verifier: null,
    emit: async ({ name, id }) => { seen.push(name); ids.push(id) },
    forgetCredentials: async () => {},
    publish: async () => { seen.push('published') },
    warn () {}
  })
  return {
    index,
    seen,
    ids,
    events: () => seen.filter((name) => name !== 'published'),
    failed: async (next: ConnectionState) => { state = next; await lifecycle.failed('venue') },
    recovered: async (next: ConnectionState) => { state = next; await lifecycle.recovered('venue') },
    reconnected: async (next: ConnectionState) => { state = next; await lifecycle.reconnected('venue') }
  }
}

test('emits a failure once, and its end once, after the other replicas were informed', async (t) => {
  const { seen, failed, recovered } = start()
  const entered = asVerified(venue)
  await failed(stateOf('1', entered))
  await failed(stateOf('2', entered))
  await recovered(stateOf(null, entered))
  await recovered(stateOf(null, entered))
  t.same(seen, ['published', 'connection.failed', 'published', 'connection.recovered'])
})

test('emits nothing if the connection does not confirm the report', async (t) => {
  const { events, failed, recovered } = start()
  const entered = asVerified(venue)
  await failed(stateOf(null, entered))
  t.same(events(), [])
  await failed(stateOf('1', entered))
  await recovered(stateOf('1', entered))
  t.same(events(), ['connection.failed'])
})

test('emits no second failure of credentials whose tags changed meanwhile', async (t) => {
  const { events, failed } = start()
  const entered = asVerified(venue)
  await failed(stateOf('1', entered))
  await failed(stateOf('2', { ...entered, tags: { ...entered.tags, [ENTRY_TAG]: newEntry(true) } }))
  t.same(events(), ['connection.failed'])
})

test('emits the failure of credentials that have worked since the last one, for which no report came', async (t) => {
  const { events, index, failed } = start()
  const entered = asVerified(venue)
  await failed(stateOf('1', entered))
  index.update(stateOf(null, entered))
  await failed(stateOf('2', entered))
  t.same(events(), ['connection.failed', 'connection.failed'])
})

test('emits another failure after a recovery, also if another replica has changed the connection meanwhile', async (t) => {
  const { events, index, failed, recovered } = start()
  const entered = asVerified(venue)
  await failed(stateOf('1', entered))
  await recovered(stateOf(null, entered))
  index.forget('venue')
  await failed(stateOf('2', entered))
  t.same(events(), ['connection.failed', 'connection.recovered', 'connection.failed'])
})

test('emits the failure of credentials that were entered since the last one', async (t) => {
  const { events, failed, reconnected } = start()
  const { metadata } = asVerified(venue)
  await failed(stateOf('1'))
  await reconnected(stateOf('2', { tags: {}, metadata })) // ROLLER has not confirmed the venue yet
  await failed(stateOf('2', { tags: {}, metadata }))
  t.same(events(), ['connection.failed', 'connection.reconnected', 'connection.failed'])
})

test('emits the failure of credentials that were entered and verified on another replica since the last one', async (t) => {
  const { events, index, failed } = start()
  await failed(stateOf('1'))
  const state = stateOf('2')
  index.update(state) // by the call that failed
  await failed(state)
  t.same(events(), ['connection.failed', 'connection.failed'])
})

test('emits the end of a failure with the same id, whichever replica has detected the failure', async (t) => {
  const entered = asVerified(venue)
  const one = start()
  await one.failed(stateOf('1', entered))
  one.index.forget('venue')
  await one.recovered(stateOf(null, entered))
  const other = start()
  other.index.update(stateOf('1', entered))
  await other.recovered(stateOf(null, entered))
  t.same(other.events(), ['connection.recovered'])
  t.equal(other.ids[0], one.ids[1])
})

test('emits the change of the venue instead of a recovery if the credentials that work are another venue\'s', async (t) => {
  const { events, failed, recovered } = start()
  const { tags, metadata } = asVerified(venue)
  await failed(stateOf('1', { tags, metadata }))
  const entry = newEntry()
  const pending = { [PENDING_FIELD]: { entry, id: '777', name: 'Other Park' } }
  await recovered(stateOf(null, { tags: { ...tags, [ENTRY_TAG]: entry }, metadata: { ...metadata, ...pending } }))
  t.same(events(), ['connection.failed', 'connection.venue-changed'])
})
