/** A cancellation behaves like an AbortSignal, as far as the gateway uses it. */
import { test } from '../support/tap.ts'
import { Cancellation, type CancelSignal } from '#plugin/util/cancellation.js'

function make (kind: string): { signal: CancelSignal, abort: (reason: unknown) => void } {
  if (kind === 'AbortController') {
    const controller = new AbortController()
    return { signal: controller.signal, abort: (reason) => controller.abort(reason) }
  }
  const cancellation = new Cancellation()
  return { signal: cancellation, abort: (reason) => cancellation.abort(reason) }
}

for (const kind of ['AbortController', 'Cancellation']) {
  test(`${kind}: calls each listener once, with the first reason`, async (t) => {
    const { signal, abort } = make(kind)
    const received: string[] = []
    const gone = (): void => { received.push('removed') }
    signal.addEventListener('abort', () => { received.push('first') }, { once: true })
    signal.addEventListener('abort', gone)
    signal.addEventListener('abort', () => { received.push('second') })
    signal.removeEventListener('abort', gone)
    t.equal(signal.aborted, false)
    signal.throwIfAborted()
    const reason = new Error('left')
    abort(reason)
    abort(new Error('again'))
    signal.addEventListener('abort', () => { received.push('late') })
    t.same(received, ['first', 'second'])
    t.equal(signal.aborted, true)
    t.equal(signal.reason, reason)
    t.throws(() => signal.throwIfAborted(), reason)
  })

  test(`${kind}: lets a listener remove another during the abort`, async (t) => {
    const { signal, abort } = make(kind)
    const received: string[] = []
    const last = (): void => { received.push('last') }
    signal.addEventListener('abort', () => {
      received.push('first')
      signal.removeEventListener('abort', last)
    })
    signal.addEventListener('abort', last)
    abort(new Error('left'))
    t.same(received, ['first'])
  })
}
