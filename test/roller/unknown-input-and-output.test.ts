import { test } from '../support/tap.ts'
import { build, callsAtRoller, CONNECTION_ID, VENUE } from '../support/build.ts'

test('passes on input and output that the catalog does not list', async (t) => {
  t.test('fields of a response', async (t) => {
    const { app, roller } = await build(t)
    const body = '{"id":1,"name":"Park","brandNew":{"big":9007199254740993,"ratio":1.0}}'
    roller.faults.next({ path: /venues/, kind: 'status', status: 200, headers: { 'content-type': 'application/json' }, body })
    const response = await app.inject({ url: '/roller/venues/me', headers: VENUE })
    t.equal(response.body, body)
  })

  t.test('enum values in a response', async (t) => {
    const { app, roller } = await build(t)
    roller.faults.next({ path: /bookings/, kind: 'status', status: 200, body: { bookings: [{ status: 'PaidInShells' }] } })
    await app.ready()
    const response = await app.roller.request('GET /bookings', { connectionId: CONNECTION_ID, query: { keywords: 'smith' } })
    t.same(response, { bookings: [{ status: 'PaidInShells' }] })
  })

  t.test('fields and parameters of a request', async (t) => {
    const built = await build(t)
    const response = await built.app.inject({ url: '/roller/bookings?keywords=smith&brandNew=1', headers: VENUE })
    t.equal(response.statusCode, 200)
    t.same(callsAtRoller(built), [{ method: 'GET', url: '/bookings?keywords=smith&brandNew=1' }])
  })

  t.test('a path', async (t) => {
    const built = await build(t)
    const response = await built.app.inject({ url: '/roller/brand/new?x=1', headers: VENUE })
    t.equal(response.statusCode, 404)
    t.equal(response.headers['roller-answered-by'], 'roller')
    t.same(callsAtRoller(built), [{ method: 'GET', url: '/brand/new?x=1' }])
  })

  t.test('an invalid value, with validation off for the call or for all', async (t) => {
    const url = '/roller/product-availability/calendar?productId=x&date=13'
    const built = await build(t)
    t.equal((await built.app.inject({ url, headers: VENUE })).headers['roller-answered-by'], 'gateway')
    t.equal((await built.app.inject({ url, headers: { ...VENUE, 'roller-validation': 'false' } })).headers['roller-answered-by'], 'roller')
    await t.rejects(
      built.app.roller.request('GET /product-availability', { connectionId: CONNECTION_ID } as never), { code: 'ROLLER_ERR_VALIDATION' }
    )
    await t.rejects(
      built.app.roller.request('GET /product-availability', { connectionId: CONNECTION_ID, validation: false } as never),
      { code: 'ROLLER_ERR_REFUSED', statusCode: 400 }
    )
    const open = await build(t, { options: { validation: false } })
    t.equal((await open.app.inject({ url, headers: VENUE })).headers['roller-answered-by'], 'roller')
  })
})
