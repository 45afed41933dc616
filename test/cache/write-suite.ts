/** Invalidation on writes, for every store. */
import type { Test } from 'tap'
import { RollerError, type ErrorCode } from '#plugin/errors.js'
import { open, RULES, type Bench } from './bench.ts'
import { settled, textOf } from './helpers.ts'

export function writeSuite (t: Test, bench: Bench): void {
  t.test('invalidates the resources of a write on its connection only', async (t) => {
    const { connectionId, get, send } = open(bench)
    const names = Object.keys(RULES)
    const other = { connectionId: `${connectionId}-other` }
    const before = new Map<string, string>()
    for (const name of names) before.set(name, await get({ name }))
    const foreign = await get(other)
    const expected: [write: string, touched: string[]][] = [
      ['POST /bookings', ['GET /product-availability', 'GET /data/products']],
      ['POST /capacity-reservation', ['GET /product-availability']],
      ['PUT /products/stock', ['GET /products', 'GET /product-availability', 'GET /data/products']],
      ['POST /bookings/draft/costs', []],
      ['POST /webhooks', []],
      ['POST /elsewhere', names],
      ['DELETE /products', names]
    ]
    for (const [write, touched] of expected) {
      await send({ name: write })
      for (const name of names) {
        const now = await get({ name })
        t.equal(now !== before.get(name), touched.includes(name), `${write}: ${name}`)
        before.set(name, now)
      }
    }
    t.equal(await get(other), foreign)
  })

  t.test('invalidates on a write with unknown outcome, but not on a rejected one', async (t) => {
    const outcomes: [outcome: number | ErrorCode | Error, done: boolean][] = [
      [200, true], [201, true], [302, true], [500, true], [503, true], [408, true], [400, false], [404, false], [409, false],
      ['ROLLER_ERR_TIMEOUT', true], ['ROLLER_ERR_UNREACHABLE', true], ['ROLLER_ERR_INTERNAL', true], [new Error('the caller left'), true],
      ['ROLLER_ERR_VALIDATION', false], ['ROLLER_ERR_RATE_LIMITED', false], ['ROLLER_ERR_COOLING_OFF', false],
      ['ROLLER_ERR_ACCESS_DENIED', false]
    ]
    for (const [outcome, done] of outcomes) {
      const { gateway, get, send } = open(bench)
      const before = await get()
      gateway.serve = null
      const write = send({ name: 'PUT /products/stock' })
      if (typeof outcome === 'number') gateway.at(2).respond({ status: outcome })
      else gateway.at(2).fail(outcome instanceof Error ? outcome : new RollerError(outcome))
      await write.catch(() => {})
      gateway.serve = () => ({ body: 'new' })
      t.equal(await get(), done ? 'new' : before, String(outcome))
    }
  })

  t.test('does not store a read that started before the end of a write', async (t) => {
    for (const write of ['PUT /products/stock', 'POST /elsewhere']) {
      for (const filled of [false, true]) {
        const { gateway, get, send } = open(bench)
        if (filled) await get()
        gateway.serve = null
        const begun = gateway.sent.length
        const reading = send({ headers: { 'cache-control': 'no-cache' } })
        while (gateway.sent.length === begun) await settled()
        const writing = send({ name: write })
        gateway.at(begun + 2).respond()
        await writing
        gateway.at(begun + 1).respond({ body: 'old' })
        const old = await reading
        t.equal(old.headers['cache-status'], 'fastify-roller; fwd=request', 'its header shows it')
        t.equal(await textOf(old), 'old')
        gateway.serve = () => ({ body: 'new' })
        t.equal(await get(), 'new', write)
        t.equal(await get(), 'new')
      }
    }
  })

  t.test('drops the cache of a deleted connection', async (t) => {
    const { connectionId, shared, get } = open(bench)
    for (const name of Object.keys(RULES)) await get({ name })
    await shared.forget(connectionId)
    for (const [index, name] of Object.keys(RULES).entries()) t.equal(await get({ name }), `body ${5 + index}`)
  })
}
