/** A change that the poller finds while the same event is being delivered is no failure. */
import { test } from '../support/tap.ts'
import { ConnectionPoller, type ConnectionPollerOptions } from '#plugin/venues/connection-poller.js'
import { EventBusy, EventNotHandled } from '#plugin/webhooks/events.js'
import { systemClock } from '#plugin/util/clock.js'

for (const [what, error, warnings] of [
  ['warns of an event that was not handled', new EventNotHandled('no handler succeeded'), 2],
  ['does not warn of an event that is being delivered', new EventBusy('another delivery is in progress'), 0]
] as const) {
  test(`${what}, and repeats it at the next poll`, async (t) => {
    let [reported, warned] = [0, 0]
    const connection = { connectionId: 'park', venue: null, tags: {}, warnings: [], status: 'connected' }
    const poller = new ConnectionPoller({
      connections: { list: async () => ({ states: [{ connection, verification: 'unverified' }], nextPage: null }) },
      index: { update: () => {}, ids: () => [].values() },
      lifecycle: { created: async () => { reported++; throw error } },
      environment: 'live',
      clock: systemClock,
      intervalMs: 60_000,
      identifies: true,
      warn: () => { warned++ }
    } as unknown as ConnectionPollerOptions) // only what a poll calls
    await poller.poll()
    await poller.poll()
    t.equal(reported, 2)
    t.equal(warned, warnings)
  })
}
