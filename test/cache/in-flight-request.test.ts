/** The subscribers of a shared request, and its end. */
import { test } from '../support/tap.ts'
import { Cancellation } from '#plugin/util/cancellation.js'
import { InFlightRequest, StreamResult } from '#plugin/gateway/sharing/in-flight-request.js'
import type { UpstreamResponse } from '#plugin/gateway/upstream-response.js'

const inFlight = (): InFlightRequest => new InFlightRequest('a', 'x', 0, () => {})
const response = {} as UpstreamResponse // passed through unread

test('cancels a stream with several subscribers when the one that took it leaves', async (t) => {
  const shared = inFlight()
  const [first, second] = [new Cancellation(), new Cancellation()]
  const results = [shared.join({ signal: first, admit: undefined }), shared.join({ signal: second, admit: undefined })]
  shared.settle(new StreamResult(response))
  t.same((await Promise.all(results)).map(({ kind }) => kind), ['stream', 'taken'])
  second.abort('the second has gone')
  t.notOk(shared.signal.aborted, 'it is no subscriber any more')
  first.abort('the first has gone')
  t.ok(shared.signal.aborted)
})

test('continues while a subscriber is left', async (t) => {
  const shared = inFlight()
  const [first, second] = [new Cancellation(), new Cancellation()]
  const results = [shared.join({ signal: first, admit: undefined }), shared.join({ signal: second, admit: undefined })]
  first.abort('the first has gone')
  await t.rejects(
    Promise.resolve(results[0]).catch((reason: unknown) => { throw new Error(String(reason)) }), { message: 'the first has gone' }
  )
  t.notOk(shared.signal.aborted)
  shared.settle(new StreamResult(response))
  t.equal((await results[1])?.kind, 'stream')
})
