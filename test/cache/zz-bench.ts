import { SharedCalls } from '/work/main/plugin/gateway/cache/shared-calls.ts'
import { MemoryCacheStore } from '/work/main/plugin/gateway/cache/memory.ts'
import { callOf, FakeAnswer } from '/work/main/test/cache/helpers.ts'
import { systemClock } from '/work/main/plugin/clock.ts'
const ans = new FakeAnswer({ body: 'x'.repeat(1500) })
const gateway = { transport: 'nango' as const, send: async () => ans }
const plain = new SharedCalls({ gateway, clock: systemClock })
const cached = new SharedCalls({ gateway, clock: systemClock, cache: { store: new MemoryCacheStore(1e8, systemClock), rules: { 'GET /products': 60000 } } })
const run = async (label: string, h: { send: Function }, call: any) => {
  for (let r = 0; r < 2; r++) { const n = 100_000; const t = performance.now(); for (let i = 0; i < n; i++) await h.send(call); if (r) console.log(label, ((performance.now() - t) / n * 1000).toFixed(2), 'µs') }
}
const headers = { accept: 'application/json', 'user-agent': 'x', host: 'y' }
const signal = new AbortController().signal
await run('bare', gateway, callOf({ headers }))
await run('wildcard GET', plain, callOf({ name: 'GET /x', headers }))
await run('write', plain, callOf({ name: 'POST /bookings', headers }))
await run('lone catalogue GET', plain, callOf({ headers }))
await run('hit', cached, callOf({ headers }))
await run('hit+signal', cached, callOf({ headers, signal }))
