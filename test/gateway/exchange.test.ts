import { test } from '../support/tap.ts'
import { Exchange, ExchangeFailure } from '#plugin/gateway/transport/exchange.js'
import { SteppedClock } from '../support/manual-clock.ts'

interface Timer { readonly callback: () => void, readonly at: number }

/** An exchange whose upstream and clock are controlled by the test. As in undici, its abort reports the error before it returns. */
function setup (timeouts = { headers: 1_000, idle: 100, total: 10_000 }) {
  const clock = new SteppedClock()
  let timer: Timer | null = null
  let settled: ExchangeFailure | null | undefined
  let aborted: Error | undefined
  const exchange = new Exchange({
    now: () => clock.now(),
    setTimeout: (callback, ms) => { timer = { callback, at: clock.now() + ms }; return timer },
    clearTimeout: () => { timer = null }
  }, timeouts, (failure) => { settled = failure })
  /** Advances the clock and its timers. */
  const pass = (ms: number): void => {
    const end = clock.now() + ms
    while (timer !== null && (timer as Timer).at <= end) {
      const { callback, at } = timer as Timer
      timer = null
      clock.advance(at - clock.now())
      callback()
    }
    clock.advance(end - clock.now())
  }
  const connect = (): void => exchange.onConnect((reason) => { aborted = reason; exchange.onError(reason ?? new Error('aborted')) })
  const head = (): void => { exchange.onHeaders(200, [], () => {}) }
  return { exchange, clock, pass, connect, head, settled: () => settled, aborted: () => aborted, waits: () => timer !== null }
}

test('reports a missing head as a timeout, not as a connection error', async (t) => {
  const { pass, connect, settled, aborted } = setup()
  connect()
  pass(900)
  t.equal(settled(), undefined)
  pass(200)
  t.match(settled(), { kind: 'timeout', maySent: true })
  t.match(aborted(), { message: 'no head in time' })
})

test('reports that a call was never sent', async (t) => {
  const { pass, settled } = setup()
  pass(1_000)
  t.match(settled(), { kind: 'timeout', maySent: false })
})

test('ends a stalled body after the idle timeout, however long the head may take', async (t) => {
  const { exchange, pass, connect, head, aborted } = setup({ headers: 60_000, idle: 100, total: 600_000 })
  connect()
  head()
  const body = exchange.collect(1_000)
  pass(250)
  t.match(aborted(), { message: 'the body stalled' })
  t.match(await body.catch((error: unknown) => error), { kind: 'timeout' })
})

test('resets the idle timeout on each chunk, up to the total timeout', async (t) => {
  const { exchange, pass, connect, head, aborted } = setup({ headers: 1_000, idle: 100, total: 1_000 })
  connect()
  head()
  exchange.collect(1_000_000).catch(() => {})
  for (let count = 0; count < 30 && aborted() === undefined; count++) {
    exchange.onData(Buffer.alloc(1))
    pass(60)
  }
  t.match(aborted(), { message: 'the exchange took too long' })
})

test('measures the idle timeout from the head, and ends it with the body', async (t) => {
  const { exchange, pass, connect, head, aborted, waits } = setup()
  connect()
  pass(950)
  head()
  pass(90)
  t.equal(aborted(), undefined)
  exchange.onComplete()
  t.notOk(waits())
})

test('distinguishes a client disconnect from a connection error', async (t) => {
  const left = setup()
  left.connect()
  left.exchange.abort(new Error('left'))
  t.match(left.settled(), { kind: 'aborted', cause: { message: 'left' } })
  const broken = setup()
  broken.connect()
  broken.exchange.onError(new Error('reset'))
  t.match(broken.settled(), { kind: 'network', maySent: true })
})

test('cancels the call when it connects after its caller has left', async (t) => {
  const { exchange, connect, aborted } = setup()
  exchange.abort(new Error('left'))
  connect()
  t.match(aborted(), { message: 'left' })
})

test('survives a body that fails without a reader', async (t) => {
  const { exchange, connect, head } = setup()
  connect()
  head()
  exchange.onData(Buffer.from('x'))
  const payload = exchange.payload()
  exchange.onError(new Error('reset'))
  await new Promise((resolve) => { setImmediate(resolve) })
  t.match(payload, { destroyed: true, errored: { kind: 'network' } })
})

test('keeps collected bytes for the reader, and pauses the upstream at a full buffer', async (t) => {
  const { exchange, connect, head } = setup()
  connect()
  head()
  t.equal(exchange.onData(Buffer.alloc(40_000)), true)
  t.equal(exchange.onData(Buffer.alloc(40_000)), false)
  t.equal(await exchange.collect(70_000), null)
  exchange.onComplete()
  const payload = exchange.payload()
  t.ok(Buffer.isBuffer(payload))
  t.equal((payload as Buffer).length, 80_000)
})
