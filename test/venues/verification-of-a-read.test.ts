/** Whether a read of a connection shows its venue as verified: only for the credentials with which it was verified. */
import { test } from '../support/tap.ts'
import { readState } from '#plugin/nango/connection-state.js'
import { ClientIds, newEntry, sessionEntry } from '#plugin/nango/entry.js'

const clientIds = new ClientIds('key', 'roller')
const [one, two] = [clientIds.hash('one'), clientIds.hash('two')]
const venue = { id: '49814', environment: 'live', name: 'Park', timeZone: 'UTC', currency: 'AUD', locale: 'en' }
const [verified, begun, tagsOnly] = [newEntry(), newEntry(), newEntry(true)]

/** @param clientId null: the key may not read credentials */
function read (entry: string, clientId: string | null, { tags = {}, metadata = {} } = {}): ReturnType<typeof readState> {
  return readState({ clientIds }, {
    connection_id: 'venue',
    tags: { roller_venue_id: '49814', roller_entry: entry, ...tags },
    metadata: { roller_venue: venue, roller_verified: { entry: verified, client: one }, ...metadata },
    ...(clientId !== null && { credentials: { client_id: clientId } })
  }, 0)
}

test('a venue is verified for its entry of credentials and its Client ID', async (t) => {
  for (const clientId of [null, 'one']) {
    t.match(read(verified, clientId), { verification: /^verified$/, begun: false, credential: `client:${one}` })
  }
  t.match(read(verified, 'two'), { verification: 'unverified', begun: false, credential: `client:${two}` }, 'a copied tag')
  t.match(read(begun, null), { verification: 'unverified', begun: true, tagsOnly: false })
  t.match(read('', null), { verification: 'unverified', begun: false, tagsOnly: false })
  t.match(read(verified, null, { tags: { roller_venue_id: '777' } }), { verification: 'unverified' }, 'the tag of another venue')
  const older = { roller_verified: { entry: verified, client: new ClientIds('an older key of Nango', 'roller').hash('one') } }
  t.match(read(verified, 'one', { metadata: older }), { verification: /^verified$/ }, 'the Nango key was replaced')
})

test('every read of a verified connection has the same key of rate limits', async (t) => {
  const metadata = { roller_verified: { entry: verified } }
  for (const clientId of [null, 'one']) t.match(read(verified, clientId, { metadata }), { credential: 'venue:live/49814' })
  t.match(readState({ clientIds }, { connection_id: 'new' }, 0), { verification: 'unverified', credential: 'connection:new' })
})

test('credentials of another venue take precedence over the verified ones', async (t) => {
  const pending = { entry: verified, client: two, id: '777', name: 'Other' }
  const connection = { pendingVenue: { id: '777', name: 'Other' } }
  const changed = { verification: 'changed', begun: false, credential: `client:${two}`, connection }
  for (const entry of [verified, begun]) {
    t.match(read(verified, null, { metadata: { roller_verified: { entry, client: one }, roller_venue_pending: pending } }), changed)
  }
  const odd = { roller_venue_pending: { ...pending, id: 'not an id' } }
  t.match(read(verified, null, { metadata: odd }), { verification: /^verified$/ })
})

test('tags were changed since, and credentials were not entered with a copy of them', async (t) => {
  for (const clientId of [null, 'one']) t.match(read(tagsOnly, clientId), { verification: 'unverified', begun: true, tagsOnly: true })
  t.match(read(tagsOnly, 'two'), { verification: 'unverified', begun: false, tagsOnly: false })
})

test('only a link that was created before the tags changed does not change them', async (t) => {
  const metadata = { roller_tags: { tenant: 'new' } }
  const [stale, current] = ['old', 'new'].map((tenant) => sessionEntry({ tenant, roller_venue_id: '49814' }))
  for (const [entry = '', tenant] of [[stale, 'new'], [current, 'old'], [verified, 'old']] as const) {
    t.strictSame(read(entry, null, { tags: { tenant: 'old', odd: 1 }, metadata }).connection.tags, { roller_venue_id: '49814', tenant })
  }
})
