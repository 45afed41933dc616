/** Of two replicas, one emits a failure and the other its end: a failure of the new credentials is an event again. */
import { test } from '../support/tap.ts'
import { asVerified } from '../support/build.ts'
import { ClientIds } from '#plugin/nango/entry.js'
import { readState, type ConnectionState } from '#plugin/nango/connection-state.js'
import { ConnectionIndex } from '#plugin/venues/connection-index.js'
import { ConnectionLifecycle } from '#plugin/venues/connection-lifecycle.js'
import type { Connections } from '#plugin/nango/connections.js'
import { ManualClock } from '../support/manual-clock.ts'

const clientIds = new ClientIds('key', 'roller')
const venue = { id: '49814', environment: 'live', name: 'Park', timeZone: 'UTC', currency: 'AUD', locale: 'en' } as const

function failing (errorId: string, entered = asVerified(venue)): ConnectionState {
  return readState({ clientIds }, { connection_id: 'venue', ...entered, errors: [{ type: 'auth', log_id: errorId }] }, 0)
}

test('emits the failure of credentials that were entered and verified since the last one', async (t) => {
  const clock = new ManualClock()
  const nothing = async (): Promise<void> => {}
  const first = asVerified(venue)
  let state = failing('1', first)
  const connections = { fresh: async () => state } as unknown as Connections // the part that is used
  const index = new ConnectionIndex({ connections, environment: 'live', clock })
  const events: string[] = []
  const lifecycle = new ConnectionLifecycle({
    connections,
    index,
    verifier: null,
    emit: async ({ name }) => { events.push(name) },
    forgetCredentials: nothing,
    publish: nothing,
    warn () {}
  })
  await lifecycle.failed('venue')
  state = failing('2', first)
  await lifecycle.failed('venue')
  t.same(events, ['connection.failed'], 'once')
  state = failing('3')
  index.update(state) // by the call that failed
  await lifecycle.failed('venue')
  t.same(events, ['connection.failed', 'connection.failed'])
})
