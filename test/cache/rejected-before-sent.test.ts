/** A call that waited is authorized again. If it was only its caller's who may no longer, the error is not for the next caller. */
import { test } from '../support/tap.ts'
import { callOf, FakeGateway, settled, Sharing, textOf } from './helpers.ts'
import { RollerError } from '#plugin/errors.js'
import { ManualClock } from '../support/manual-clock.ts'

test('does not join a call whose only caller was rejected', async (t) => {
  const gateway = new FakeGateway()
  const shared = new Sharing({ next: gateway, clock: new ManualClock() })
  const rejected = callOf({ admit: async () => { throw new RollerError('ROLLER_ERR_CONNECTION_FORBIDDEN') } })
  const first = t.rejects(shared.send(rejected), { code: 'ROLLER_ERR_CONNECTION_FORBIDDEN' })
  await settled()
  const rejection: unknown = await gateway.at(1).call.admit?.()?.catch((error: unknown) => error)
  const second = shared.send(callOf()) // while the lease of the first is refunded
  await settled()
  gateway.at(1).fail(rejection)
  await first
  gateway.at(2).respond({ body: 'two' })
  t.equal(await textOf(await second), 'two')
})
