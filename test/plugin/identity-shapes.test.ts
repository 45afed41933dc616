/** The result of `identify` is validated before it is used: a wrong shape is an error of the application, and never grants access. */
import { test } from '../support/tap.ts'
import { build, callsAtRoller, type Built } from '../support/build.ts'

const CALLS = [
  { url: '/roller/venues/me', headers: { 'connection-id': 'venue-1' } },
  { url: '/roller/venues/me', headers: { 'roller-venue': '20981' } },
  { url: '/connections' },
  { url: '/connections/venue-1' },
  { url: '/connect-session' },
  { method: 'POST', url: '/connect-session' },
  { method: 'POST', url: '/connect-session/reconnect', payload: { connectionId: 'venue-1' } },
  { method: 'DELETE', url: '/connections/venue-1' }
] as const

async function withIdentity (t: Parameters<typeof build>[0], identity: () => unknown): Promise<Built> {
  const built = await build(t, { options: { identify: identity as never } })
  built.nango.addConnection({ connectionId: 'venue-1', clientId: 'one', clientSecret: 's', tags: { organization_id: 'acme' } })
  return built
}

class Tags { organization_id = 'acme' }

const SHAPES: [label: string, identity: unknown, detail: RegExp][] = [
  ['ids in one text, which would match parts of it', { connections: 'venue-10,venue-1' }, /connections as a text/],
  ['one id as a text', { connections: 'venue-1' }, /connections as a text/],
  ['tags, and ids as a text', { tags: { organization_id: 'acme' }, connections: 'venue-1' }, /connections as a text/],
  ['tags, and no ids at all', { tags: { organization_id: 'acme' }, connections: null }, /connections as null/],
  ['a set of ids', { connections: new Set(['venue-1']) }, /connections as a Set/],
  ['an object with includes', { connections: { includes: () => true } }, /connections as an object of another kind/],
  ['a promise of ids', { connections: Promise.resolve(['venue-1']) }, /connections as a promise/],
  ['an id that is no text', { connections: ['venue-1', 7] }, /a number at place 1 of connections/],
  ['an array in the array', { connections: [['venue-1']] }, /an array at place 0/],
  ['an empty id', { connections: ['venue-1', ''] }, /an empty text at place 1/],
  ['an id that is too long', { connections: ['x'.repeat(256)] }, /a text that is too long/],
  ['a hole in the array', { connections: [, 'venue-1'] }, /undefined at place 0/], // eslint-disable-line no-sparse-arrays
  ['more ids than can be compared', { connections: Array.from({ length: 1_001 }, (_, index) => `venue-${index}`) }, /1001 connections/],
  ['tags as a text', { tags: 'acme' }, /tags as a text/],
  ['tags as a list', { tags: ['acme'] }, /tags as an array/],
  ['tags as a map', { tags: new Map([['organization_id', 'acme']]) }, /tags as a Map/],
  ['tags of a class', { tags: new Tags() }, /tags as an object of another kind/],
  ['tags that are inherited', { tags: Object.create({ organization_id: 'acme' }) }, /tags as an object of another kind/],
  ['tags of null, and ids', { tags: null, connections: ['venue-1'] }, /tags as null/],
  ['a promise of tags', { tags: Promise.resolve({ organization_id: 'acme' }) }, /tags as a promise/],
  ['a tag without a text', { tags: { organization_id: ['acme'] } }, /an array for the tag organization_id/],
  ['a tag that is too long', { tags: { organization_id: 'x'.repeat(256) } }, /a text that is too long for the tag organization_id/],
  ['a promise in a tag', { tags: { organization_id: Promise.resolve('acme') } }, /a promise for the tag/],
  ['a tag twice, in different case', { tags: { organization_id: 'acme', Organization_Id: 'other' } }, /tag organization_id twice/],
  ['a key that Nango does not take', { tags: { 'organization id': 'acme' } }, /a key that Nango does not take/],
  ['more tags than Nango keeps', { tags: Object.fromEntries(Array.from({ length: 11 }, (_, index) => [`t${index}`, 'a'])) }, /11 tags/],
  ['neither', {}, /neither tags nor connections/],
  ['no object', 'Trusted', /identify\(\) gave a text/],
  ['true', true, /identify\(\) gave a boolean/],
  ['false', false, /identify\(\) gave a boolean/],
  ['a list of ids alone', ['venue-1'], /identify\(\) gave an array/],
  ['a promise of no object', Promise.resolve(1), /identify\(\) gave a number/]
]

test('grants nothing to an identity of another shape', async (t) => {
  let identity: unknown
  const built = await withIdentity(t, () => identity)
  for (const [label, shape, detail] of SHAPES) {
    identity = shape
    const before = built.log().length
    for (const call of CALLS) {
      const response = await built.app.inject(call)
      t.match(
        response.json(), { status: 500, code: 'ROLLER_ERR_INTERNAL', layer: 'gateway', hint: /developers of this application/ },
        `${label}: ${call.url}`
      )
      t.notMatch(response.body, 'identify', 'it is not the caller\'s to know')
    }
    t.match(built.log().slice(before), detail, `${label}: the log has it`)
  }
  t.same(callsAtRoller(built), [])
  t.same(built.nango.requests, [], 'and Nango is not called')
})

const tagged = (length: number) => Object.fromEntries(Array.from({ length }, (_, index) => [`t${index}`, 'a']))

for (const [label, tags, detail] of [
  ['more tags than a new connection may have', tagged(8), /8 tags/],
  ['a reserved tag', { roller_venue_id: '20981' }, /reserved tag roller_venue_id/]
] as const) {
  test(`finds connections by ${label}, and creates none with them`, async (t) => {
    const built = await withIdentity(t, () => ({ tags }))
    const venueId = String(built.roller.venue('demo').id)
    for (const url of ['/connections', `/connections?venue=${venueId}`]) t.same((await built.app.inject(url)).json().connections, [])
    const before = built.nango.requests.length
    for (const call of [
      { url: '/connect-session' },
      { method: 'POST', url: '/connect-session' },
      { method: 'POST', url: '/connections', payload: { clientId: 'two', clientSecret: 's' } }
    ] as const) {
      t.match((await built.app.inject(call)).json(), { status: 500, code: 'ROLLER_ERR_INTERNAL', layer: 'gateway' }, call.url)
    }
    t.match(built.log(), detail)
    t.equal(built.nango.requests.length, before)
  })
}

test('accepts as many tags and ids as there may be', async (t) => {
  let identity: unknown
  const { app } = await withIdentity(t, () => identity)
  for (const [shape, method, url, status] of [
    [{ tags: tagged(10) }, 'GET', '/connections', 200],
    [{ tags: tagged(7) }, 'POST', '/connect-session', 201],
    [{ connections: ['venue-1', ...Array.from({ length: 999 }, (_, index) => `v${index}`)] }, 'GET', '/connections/venue-1', 200]
  ] as const) {
    identity = shape
    t.equal((await app.inject({ method, url })).statusCode, status, `${method} ${url}`)
  }
})

test('lists a repeated id once', async (t) => {
  const built = await withIdentity(t, () => ({ connections: ['venue-1', 'venue-1'] }))
  t.equal((await built.app.inject({ url: '/connections' })).json().connections.length, 1)
})

test('accepts an identity of a class, and tags without a prototype', async (t) => {
  class User { get tags () { return Object.assign(Object.create(null), { organization_id: 'acme' }) } }
  const built = await withIdentity(t, () => new User())
  t.equal((await built.app.inject({ url: '/connections/venue-1' })).statusCode, 200)
})
