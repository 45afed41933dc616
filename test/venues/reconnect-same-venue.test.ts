import { test } from '../support/tap.ts'
import { callsAtRoller, VENUE } from '../support/build.ts'
import { reconnect, start, stored, until, venueIdOf } from './fixture.ts'

const PRODUCTS = { url: '/roller/products', headers: VENUE }

test('keeps id, tags, metadata, config and webhook address on a reconnect with the same venue', async (t) => {
  const setup = await start(t)
  const before = structuredClone(stored(setup, 'demo-venue'))
  stored(setup, 'demo-venue').connectionConfig = { region: 'eu' }
  await reconnect(setup, 'demo')
  t.match(
    setup.events,
    [{ name: 'connection.reconnected', connectionId: 'demo-venue', connection: { warnings: [], venue: { id: venueIdOf(setup, 'demo') } } }]
  )
  const { tags, metadata, connectionConfig } = stored(setup, 'demo-venue')
  const { roller_entry: entry, ...kept } = tags
  const { roller_entry: earlier, ...expected } = before.tags
  t.same({ kept, connectionConfig }, { kept: expected, connectionConfig: { region: 'eu' } })
  t.not(entry, earlier, 'verified for the credentials that were entered now')
  t.match(metadata, { roller_venue: before.metadata?.roller_venue })
  t.equal((await setup.app.inject(PRODUCTS)).statusCode, 200)
})

test('does not share a call that was sent before the reconnect', async (t) => {
  const setup = await start(t)
  const caller = new AbortController()
  setup.roller.faults.next({ path: /products/, kind: 'hang' })
  const products = async (signal?: AbortSignal): Promise<unknown> =>
    await setup.app.roller.request('GET /products', { connectionId: 'demo-venue', ...(signal !== undefined && { signal }) })
  const before = products(caller.signal)
  const sent = (): number => callsAtRoller(setup).filter(({ url }) => url === '/products').length
  await until(() => sent() === 1)
  await reconnect(setup, 'demo')
  const after = products()
  await until(() => sent() === 2)
  await t.resolves(after)
  caller.abort(new Error('left'))
  await t.rejects(before, { message: 'left' })
})
