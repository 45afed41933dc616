/** An encoded slash that could turn one operation's path into another's is rejected, and bypasses no deny rule. */
import { test } from '../support/tap.ts'
import { operations } from '#plugin/operations/operations.js'
import type { OperationKey } from '#plugin/operations/operation.js'
import { splitKey } from '#plugin/operations/paths.js'
import { build, callsAtRoller, listen, VENUE } from '../support/build.ts'
import { rejectsAll } from './raw.ts'

/** The router matches each path to the first operation; a server that decodes first may match the second. */
const PAIRS = [
  ['GET /bookings/{uniqueId}', 'GET /bookings/{uniqueId}/form-responses', '/bookings/X%2Fform-responses'],
  ['GET /customers/{customerId}', 'GET /customers/{customerId}/multi-passes', '/customers/1%2Fmulti-passes'],
  ['GET /signed-waivers/{signedWaiverId}', 'GET /signed-waivers/{signedWaiverId}/form-responses', '/signed-waivers/X%2fform-responses'],
  ['DELETE /bookings/{uniqueId}', 'DELETE /bookings/{uniqueId}/payments/links/{paymentLinkId}', '/bookings/X%2Fpayments%2Flinks%2F1'],
  ['DELETE /capacity-reservation/{uniqueId}', 'DELETE /capacity-reservation/block/{blockId}', '/capacity-reservation/block%2F7']
] as const

const twice = (path: string): string => path.replace(/%/g, '%25')
const halved = (path: string): string => path.replace(/%2f/i, ';v=1%2F')

test('rejects an encoded slash where the catalog has a longer path, at any depth of encoding', async (t) => {
  const built = await listen(t)
  for (const [shorter, , path] of PAIRS) {
    const { method } = splitKey(shorter)
    const spellings = [path, twice(path), twice(twice(path)), halved(path)].map((one) => `/roller${one}`)
    await rejectsAll(t, built, spellings, 'ROLLER_ERR_PATH', method)
  }
  await rejectsAll(t, built, ['/roller/bookings/X%EF%BC%8Fform-responses'], 'ROLLER_ERR_PATH') // a full-width slash
  await rejectsAll(t, built, ['/roller/bookings/%20', '/roller/bookings/...', '/roller/bookings/%20;a=b'], 'ROLLER_ERR_PATH')
})

for (const wildcard of [undefined, true, false]) {
  test(`applies a deny rule behind an encoded slash, wildcard ${String(wildcard)}`, async (t) => {
    const deny = PAIRS.map(([, deeper]) => deeper)
    const built = await build(t, { options: { operations: { deny }, ...(wildcard !== undefined && { wildcard }) } })
    for (const [shorter, , path] of PAIRS) {
      const { method } = splitKey(shorter)
      for (const url of [path, twice(path), halved(path)]) {
        const response = await built.app.inject({ method: method as 'GET', url: `/roller${url}`, headers: VENUE })
        t.match(response.json(), { status: 403, code: 'ROLLER_ERR_OPERATION_FORBIDDEN' }, `${method} ${url}`)
      }
    }
    t.same(callsAtRoller(built), [])
  })
}

test('rejects an encoded slash that opens a path outside the catalog if the wildcard is denied', async (t) => {
  const built = await build(t, { options: { wildcard: false } })
  for (const url of ['/guests/1%2Fnew-thing', '/guests/1%252Fnew-thing', '/discounts/1%2fnew']) {
    t.match((await built.app.inject({ url: `/roller${url}`, headers: VENUE })).json(), { code: 'ROLLER_ERR_OPERATION_FORBIDDEN' }, url)
  }
  t.same(callsAtRoller(built), [])
})

test('applies the same rules in process', async (t) => {
  const built = await build(t)
  const call = { connectionId: 'demo-venue', params: { uniqueId: 'X/form-responses' } }
  await t.rejects(built.app.roller.request('GET /bookings/{uniqueId}', call), { code: 'ROLLER_ERR_PATH' })
  const denying = await build(t, { options: { operations: { deny: ['GET /bookings/{uniqueId}/form-responses'] } } })
  await t.rejects(denying.app.roller.request('GET /bookings/{uniqueId}', call), { code: 'ROLLER_ERR_OPERATION_FORBIDDEN' })
  t.same([...callsAtRoller(built), ...callsAtRoller(denying)], [])
})

test('rejects an encoded slash in every path, whether the catalog has a longer one or not', async (t) => {
  const built = await listen(t)
  const paths = [
    '/guests/1%2F2', '/guests/1%2f', '/guests/1%252F2', '/guests/1%EF%BC%8F2', '/guests/1%2F%20', '/new%2Fthing', '/Staff%2Fx1'
  ]
  await rejectsAll(t, built, paths.map((path) => `/roller${path}`), 'ROLLER_ERR_PATH')
  await t.rejects(built.app.roller.request('GET /guests/{guestId}', { connectionId: 'demo-venue', params: { guestId: '1/2' } }), {
    code: 'ROLLER_ERR_PATH', detail: /encoded slash/
  })
  t.same(callsAtRoller(built), [])
})

test('forwards an id with other unusual characters unchanged', async (t) => {
  const built = await build(t)
  const ids = [
    'a%20b', 'a.b', '..a', 'a..', 'a%2Bb', '%C3%A9', 'a@b.c', 'a:b', 'a%27b', '100%25', '~a', 'a%26b=c', 'a,b', 'a;v=1', 'A_b-9', '%5B1%5D'
  ]
  for (const id of ids) await built.app.inject({ url: `/roller/bookings/${id}`, headers: VENUE })
  t.same(callsAtRoller(built).map(({ url }) => url), ids.map((id) => `/bookings/${id}`))
})

test('has no two ambiguous paths of the same length and method in the catalog', async (t) => {
  const split = (key: string) => {
    const { method, path } = splitKey(key as OperationKey) // a key of the catalog
    return { method, parts: path.toLowerCase().split('/') }
  }
  const keys = Object.keys(operations)
  for (const [index, key] of keys.entries()) {
    const own = split(key)
    for (const otherKey of keys.slice(index + 1)) {
      const other = split(otherKey)
      if (own.method !== other.method || own.parts.length !== other.parts.length) continue
      const both = own.parts.every((part, place) => {
        const beside = other.parts[place] ?? ''
        return part.startsWith('{') || beside.startsWith('{') || part === beside
      })
      t.notOk(both, `${key} and ${otherKey}: the policy looks no further than the router for a plain path`)
    }
  }
})

test('calls authorize with the operation that ROLLER would match, not with the wildcard', async (t) => {
  const requested: string[] = []
  const built = await build(t, { options: { authorize: (_request, { operation }) => { requested.push(operation); return false } } })
  for (const url of ['/Staff/x1', '/staff/x1/', '/%2573taff/x1', '/staff;a/x1', '/new/thing']) {
    await built.app.inject({ url: `/roller${url}`, headers: VENUE })
  }
  t.same(requested, [...Array.from({ length: 4 }, () => 'GET /staff/{uniqueId}'), 'GET /*'])
})
