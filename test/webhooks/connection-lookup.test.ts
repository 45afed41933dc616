import { test } from '../support/tap.ts'
import { RollerError } from '#plugin/errors.js'
import type { Connection } from '#plugin/nango/connection.js'
import { ConnectionLookup } from '#plugin/webhooks/connection-lookup.js'
import { ManualClock } from '../support/manual-clock.ts'

const connection = (venueId: string | null): Connection => ({
  connectionId: 'a',
  integrationId: 'roller',
  status: 'connected',
  pendingVenue: null,
  warnings: [],
  tags: {},
  metadata: null,
  createdAt: '',
  venue: venueId === null ? null : { id: venueId, environment: 'live', name: null, timeZone: null, currency: null, locale: null }
})

test('times out a slow read for every caller', async (t) => {
  const clock = new ManualClock()
  let reads = 0
  const known = new ConnectionLookup({ clock, read: () => { reads++; return new Promise(() => {}) } })
  const waiting = Promise.allSettled([known.find('a'), known.find('a')])
  clock.advance(2_000)
  t.match(await waiting, [{ reason: { name: 'ConnectionUnreadable' } }, { reason: { name: 'ConnectionUnreadable' } }])
  t.equal(reads, 1)
  t.equal(clock.waiting, 0, 'no timer is left')
})

test('does not cache a read that started before a forget', async (t) => {
  const clock = new ManualClock()
  const responses: ((connection: Connection) => void)[] = []
  const known = new ConnectionLookup({ clock, read: () => new Promise((resolve) => { responses.push(resolve) }) })
  const first = known.find('a')
  known.forget('a')
  responses[0]?.(connection('1'))
  t.match(await first, { venueId: '1' })
  const second = known.find('a')
  responses[1]?.(connection('2'))
  t.match(await second, { venueId: '2' })
  t.match(await known.find('a'), { venueId: '2' })
  t.equal(responses.length, 2)
})

test('never caches a missing connection', async (t) => {
  const clock = new ManualClock()
  let there = false
  const known = new ConnectionLookup(
    { clock, read: async () => { if (there) return connection(null); throw new RollerError('ROLLER_ERR_CONNECTION_UNKNOWN') } }
  )
  t.equal(await known.find('a'), null)
  there = true
  t.match(await known.find('a'), { venueId: null })
})

test('a caller after a forget does not join a read that started before it', async (t) => {
  const responses: ((connection: Connection) => void)[] = []
  const known = new ConnectionLookup({ clock: new ManualClock(), read: () => new Promise((resolve) => { responses.push(resolve) }) })
  const before = known.find('a')
  known.forget('a')
  const after = known.find('a')
  responses[1]?.(connection('2'))
  t.match(await after, { venueId: '2' })
  responses[0]?.(connection('1'))
  await before
})

test('a fresh find ignores the cache, and its result replaces the cached one', async (t) => {
  let venueId: string | null = '1'
  const known = new ConnectionLookup({
    clock: new ManualClock(),
    read: async () => { if (venueId === null) throw new RollerError('ROLLER_ERR_CONNECTION_UNKNOWN'); return connection(venueId) }
  })
  t.match(await known.find('a'), { venueId: '1' })
  venueId = '2'
  t.match(await known.find('a'), { venueId: '1' })
  t.match(await known.find('a', true), { venueId: '2' })
  t.match(await known.find('a'), { venueId: '2' })
  venueId = null
  t.equal(await known.find('a', true), null)
  t.equal(await known.find('a'), null)
})
