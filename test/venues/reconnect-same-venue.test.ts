import { test } from '../support/tap.ts'
import { VENUE } from '../support/build.ts'
import { reconnect, start, stored, venueIdOf } from './fixture.ts'

const PRODUCTS = { url: '/roller/products', headers: VENUE }

test('keeps id, tags, metadata, config and webhook address on a reconnect with the same venue', async (t) => {
  const life = await start(t)
  const before = structuredClone(stored(life, 'demo-venue'))
  stored(life, 'demo-venue').connectionConfig = { region: 'eu' }
  await reconnect(life, 'demo')
  t.match(
    life.events,
    [{ name: 'connection.reconnected', connectionId: 'demo-venue', connection: { warnings: [], venue: { id: venueIdOf(life, 'demo') } } }]
  )
  const { tags, metadata, connectionConfig } = stored(life, 'demo-venue')
  const { roller_entry: entry, ...kept } = tags
  const { roller_entry: earlier, ...expected } = before.tags
  t.same({ kept, connectionConfig }, { kept: expected, connectionConfig: { region: 'eu' } })
  t.not(entry, earlier, 'verified for the credentials that were entered now')
  t.match(metadata, { roller_venue: before.metadata?.roller_venue })
  t.equal((await life.app.inject(PRODUCTS)).statusCode, 200)
})
