import { test } from '../support/tap.ts'
import { Exchange, type ExchangeFailure } from '#plugin/gateway/transport/exchange.js'
import { SteppedClock } from '../support/manual-clock.ts'

for (const good of [true, false]) {
  test(`${good ? 'sends a call with a valid lease' : 'does not send a call with an expired lease, which may be retried'}`, async (t) => {
    const failures: (ExchangeFailure | null)[] = []
    let requested = 0
    const exchange = new Exchange(new SteppedClock(), { headers: 50, idle: 50, total: 50 }, (failure) => { failures.push(failure) }, () => {
      requested++
      return good
    })
    const aborted: unknown[] = []
    t.equal(requested, 0, 'not before it has its socket')
    exchange.onConnect((reason) => { aborted.push(reason) })
    t.equal(requested, 1)
    t.equal(aborted.length, good ? 0 : 1)
    exchange.onError(new Error('closed'))
    t.match(failures, [{ kind: 'network', maySent: good }])
  })
}
