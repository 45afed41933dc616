/** A denied operation is rejected over HTTP and in process, in every spelling, and never reaches ROLLER. */
import { test } from '../support/tap.ts'
import type { RollerOptions } from 'fastify-roller'
import { operationGroups } from '#plugin/operations/operation-groups.js'
import type { OperationKey } from '#plugin/operations/operation.js'
import { operations } from '#plugin/operations/operations.js'
import { splitKey } from '#plugin/operations/paths.js'
import { build, callsAtRoller, VENUE, type Built } from '../support/build.ts'
import { parseOptions } from '#plugin/options.js'

type Policy = Pick<RollerOptions, 'readOnly' | 'operations' | 'wildcard'>

const names = Object.keys(operations) as (keyof typeof operations)[] // the keys of a literal

/** Whether the policy rejects a call; it runs before validation, so no body is needed. */
async function isClosed ({ app }: Pick<Built, 'app'>, method: string, path: string): Promise<boolean> {
  const response = await app.inject(
    {
      method: method as 'GET',
      url: `/roller${path}`,
      headers: { ...VENUE, 'content-type': 'application/json' },
      ...(method !== 'GET' && { payload: '{}' })
    }
  )
  return response.statusCode === 403 && response.json().code === 'ROLLER_ERR_OPERATION_FORBIDDEN'
}

async function closedBy (built: Pick<Built, 'app'>): Promise<Set<string>> {
  const closed = new Set<string>()
  for (const name of names) {
    const { method, path } = splitKey(name as OperationKey)
    if (await isClosed(built, method, path.replace(/\{\w+\}/g, 'x1'))) closed.add(name)
  }
  return closed
}

const tagged = (tag: string): string[] => names.filter((name) => operations[name].tag === tag)
const cases: [label: string, policy: Policy, closed: readonly string[]][] = [
  ['nothing', {}, []],
  ['one operation', { operations: { deny: ['GET /products'] } }, ['GET /products']],
  ['a tag', { operations: { deny: ['Discounts'] } }, tagged('Discounts')],
  ['what moves money', { operations: { deny: ['money-moving'] } }, operationGroups['money-moving']],
  ['what touches staff', { operations: { deny: ['staff-accounts'] } }, operationGroups['staff-accounts']],
  [
    'all but what is allowed', { operations: { allow: ['Products', 'GET /bookings'] } },
    names.filter((name) => !tagged('Products').includes(name) && name !== 'GET /bookings')
  ],
  [
    'what is denied, though it is allowed', { operations: { allow: ['Bookings'], deny: ['money-moving'] } },
    names.filter((name) => !tagged('Bookings').includes(name) || operationGroups['money-moving'].some((one) => one === name))
  ],
  ['writing', { readOnly: true }, names.filter((name) => !name.startsWith('GET '))]
]

for (const [label, policy, closed] of cases) {
  test(`denies: ${label}`, async (t) => {
    const built = await build(t, { options: { ...policy, rateLimits: { maxWait: 0 } } })
    t.same(await closedBy(built), new Set(closed))
    for (const name of closed) {
      const path = splitKey(name as OperationKey).path
      t.notOk(
        callsAtRoller(built).some((call) => `${call.method} ${call.url}` === `${name.split(' ')[0]} ${path.replace(/\{\w+\}/g, 'x1')}`),
        name
      )
    }
  })
}

test('denies an operation in process too', async (t) => {
  const built = await build(t, { options: { operations: { deny: ['staff-accounts'] } } })
  await t.rejects(built.app.roller.request('GET /staff/{uniqueId}', { connectionId: 'demo-venue', params: { uniqueId: 'x' } }), {
    code: 'ROLLER_ERR_OPERATION_FORBIDDEN', detail: 'GET /staff/{uniqueId} is closed on this gateway.', hint: /operator/
  })
  t.same(callsAtRoller(built), [])
})

test('reads the venue to check a connection although GET /venues/me is closed', async (t) => {
  const { app } = await build(t, { options: { operations: { deny: ['GET /venues/me'] } } })
  t.equal((await app.inject({ url: '/connections/demo-venue/check' })).json().ok, true)
})

/** Other spellings of GET /staff/x1, which the catalog's route does not match, or matches with another parameter. */
const DISGUISES = [
  '/staff/x1/', '/Staff/x1', '/STAFF/x1', '/st%61ff/x1', '/st%2561ff/x1', '/staff%2Fx1', '/staff/x1;v=1', '/staff;v=1/x1', '/st%61ff/x%25',
  '/staff%20/x1', '/staff/x1?a=b', '/staff/x1/?a=b'
]

test('denies paths outside the catalog if any operation is denied', async (t) => {
  const built = await build(t, { options: { operations: { deny: ['staff-accounts'] } } })
  for (const path of [...DISGUISES, '/new/thing']) t.ok(await isClosed(built, 'GET', path), path)
  t.same(callsAtRoller(built), [])
  t.notOk(await isClosed(built, 'GET', '/products'))
})

test('denies an operation in every spelling, even with the wildcard explicitly allowed', async (t) => {
  const built = await build(t, { options: { operations: { deny: ['staff-accounts'] }, wildcard: true } })
  for (const path of DISGUISES) t.ok(await isClosed(built, 'GET', path), path)
  t.same(callsAtRoller(built), [])
  for (const path of ['/sandbox/echo', '/staff', '/staffx/x1', '/a/staff/x1']) t.notOk(await isClosed(built, 'GET', path), path)
})

test('denies only the wildcard', async (t) => {
  const built = await build(t, { options: { wildcard: false } })
  for (
    const [method, path] of [
      ['GET', '/sandbox/echo'], ['POST', '/sandbox/echo'], ['PATCH', '/bookings/1'], ['GET', '/bookings/1/']
    ] as const
  ) {
    t.ok(await isClosed(built, method, path), path)
  }
  t.same(callsAtRoller(built), [])
  t.notOk(await isClosed(built, 'GET', '/venues/me'))
})

test('rejects an unknown name at registration, with its position', async (t) => {
  const good = { nango: { secretKey: 'k' }, authorize: 'open' }
  const message = (operations: unknown): string => {
    try { parseOptions({ ...good, operations }) } catch (error) { return String(error) }
    return ''
  }
  t.match(
    message({ deny: ['GET /products', 'canary', 'Money-Moving', 'get /products'] }),
    /option operations\.deny is wrong at place 2, 3, 4: expected names of operations .*money-moving, staff-accounts/
  )
  t.match(message({ deny: ['toString'] }), /operations\.deny is wrong at place 1:/)
  t.match(message({ allow: ['canary'], deny: ['canary'] }), /operations\.allow.*operations\.deny/s)
  t.match(message({ allow: 'GET /products' }), /option operations\.allow is wrong: expected a list of at least one of names/)
  t.match(message({ denied: [] }), /option operations\.denied is not known/)
  t.notMatch(message({ deny: ['canary'] }), 'canary')
  t.equal(message({ deny: ['Products', 'money-moving', 'GET /bookings'] }), '')
})
