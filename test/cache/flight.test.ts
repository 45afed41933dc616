/** Who is aboard a call that several share, and when it ends. */
import { test } from '../support/tap.ts'
import { Cancellation } from '#plugin/util/cancellation.js'
import { InFlightRequest } from '#plugin/gateway/sharing/in-flight-request.js'
import type { UpstreamResponse } from '#plugin/gateway/upstream-response.js'

const flight = (): InFlightRequest => new InFlightRequest('a', { text: 'x' }, 0, () => {})
const answer = {} as UpstreamResponse // it is handed on, and not looked at

test('of a stream that several waited for, the first may leave in the middle, and that ends the call', async (t) => {
  const shared = flight()
  const [first, second] = [new Cancellation(), new Cancellation()]
  const landings = [shared.join({ signal: first }), shared.join({ signal: second })]
  shared.land({ kind: 'stream', answer })
  t.same((await Promise.all(landings)).map(({ kind }) => kind), ['stream', 'taken'])
  second.abort('the second has gone')
  t.notOk(shared.signal.aborted, 'it is aboard no more')
  first.abort('the first has gone')
  t.ok(shared.signal.aborted)
})

test('a call goes on as long as one waits for it', async (t) => {
  const shared = flight()
  const [first, second] = [new Cancellation(), new Cancellation()]
  const landings = [shared.join({ signal: first }), shared.join({ signal: second })]
  first.abort('the first has gone')
  await t.rejects(Promise.resolve(landings[0]).catch((reason: unknown) => { throw new Error(String(reason)) }), { message: 'the first has gone' })
  t.notOk(shared.signal.aborted)
  shared.land({ kind: 'stream', answer })
  t.equal((await landings[1])?.kind, 'stream')
})
