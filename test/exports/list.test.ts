/** `GET /exports`: how fresh the files of the export command are, for each caller its own venues. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Test } from 'tap'
import { test } from '../support/tap.ts'
import { asConnected, CLIENT_SECRET } from '../support/build.ts'
import { service } from '../service/fixture.ts'

const fetched = (at: string) => ({ at, records: 3, calls: 1 })

async function open (t: Test, env: Record<string, string> = {}) {
  const folder = mkdtempSync(join(tmpdir(), 'list-'))
  t.teardown(() => { rmSync(folder, { recursive: true }) })
  const built = await service(t, { EXPORT_DIR: folder, ...env })
  built.nango.addConnection({
    connectionId: 'second-venue', clientId: 'second', clientSecret: CLIENT_SECRET, ...asConnected(built.roller, 'second')
  })
  const [demo, second] = ['demo', 'second'].map((name) => String(built.roller.venue(name).id)) as [string, string]
  const write = (venue: string, state: object | string): void => {
    mkdirSync(join(folder, '.roller-export'), { recursive: true })
    writeFileSync(join(folder, '.roller-export', `venue=${venue}.json`), typeof state === 'string' ? state : JSON.stringify(state))
  }
  const stateOf = (venue: string, at: string) => ({
    version: 1,
    venue,
    name: 'A park',
    failures: {},
    unfinishedSince: null,
    incompleteSince: null,
    reports: {
      bookingitems: { 'ndjson.gz': { '2026-11-27': fetched(at), '2026-11-26': fetched('2026-11-27T03:00:00.000Z') } },
      products: { ndjson: { all: fetched(at) } }
    }
  })
  const get = async (authorization?: string) => {
    const response = await built.app.inject({ url: '/exports', headers: authorization === undefined ? {} : { authorization } })
    return { status: response.statusCode, body: response.json() }
  }
  return { ...built, folder, demo, second, write, stateOf, get }
}

test('lists when each report of a venue was last fetched, and up to which day', async (t) => {
  const { app, demo, second, write, stateOf, get } = await open(t)
  t.match(await get(), { status: 404, body: { code: 'ROLLER_ERR_NOT_FOUND', detail: /EXPORT_DIR has no export/, hint: /--out/ } })
  write(demo, stateOf(demo, '2026-11-28T03:00:00.000Z'))
  write(second, stateOf(second, '2026-11-27T03:00:00.000Z'))
  const { status, body } = await get()
  t.equal(status, 200)
  const one = {
    venueId: demo, venueName: 'A park', lastFetchedAt: '2026-11-28T03:00:00.000Z', unfinishedSince: null, incompleteSince: null
  }
  t.same(body.exports.filter(({ venueId }: { venueId: string }) => venueId === demo), [
    { ...one, report: 'bookingitems', format: 'ndjson.gz', lastDay: '2026-11-27', files: 2 },
    { ...one, report: 'products', format: 'ndjson', lastDay: null, files: 1 }
  ])
  t.equal(body.exports.length, 4)
  write(demo, stateOf(demo, '2026-11-28T04:00:00.000Z'))
  const found: { venueId: string, lastFetchedAt: string }[] = (await get()).body.exports
  t.equal(found.find(({ venueId }) => venueId === demo)?.lastFetchedAt, '2026-11-28T04:00:00.000Z', 'a changed state of the same size')

  const { body: metrics } = await app.inject('/metrics')
  const age = Number(/^roller_export_age_seconds\{report="bookingitems"\} ([\d.]+)$/m.exec(metrics)?.[1])
  t.ok(Math.abs(age - (Date.now() - Date.parse('2026-11-27T03:00:00Z')) / 1000) < 30, `${age} s, of the venue that is furthest behind`)
  t.notMatch(metrics, demo)

  write(demo, { version: 1, venue: demo })
  write(second, '{"version":1,"venue"')
  const { body: { exports, unreadable } } = await get()
  t.same(exports, [])
  t.match(unreadable.map(({ detail }: { detail: string }) => detail).sort(), [
    /The state is damaged\. Delete \.roller-export\/venue=\d+\.json: the next export/, /The state is damaged/
  ])
  write(demo, { ...stateOf(demo, ''), version: 2 })
  const other: { venueId: string, detail: string }[] = (await get()).body.unreadable
  t.match(other.find(({ venueId }) => venueId === demo)?.detail, /was written by another version/)

  const csv = { all: fetched('2026-11-20T03:00:00.000Z') }
  write(second, { ...stateOf(second, ''), reports: { roles: { ndjson: { all: fetched('2026-11-28T03:00:00.000Z') }, csv } } })
  const { body: later } = await app.inject('/metrics')
  t.notMatch(later, 'roller_export_age_seconds{report="bookingitems"}', 'of what is listed no more')
  const ageOfRoles = Number(/^roller_export_age_seconds\{report="roles"\} ([\d.-]+)$/m.exec(later)?.[1])
  t.ok(Math.abs(ageOfRoles - (Date.now() - Date.parse('2026-11-28T03:00:00Z')) / 1000) < 30, `${ageOfRoles} s, of the later format`)
})

test('a caller sees its own venues', async (t) => {
  const keys = [
    { name: 'all', key: 'key-of-the-operator-1234', scopes: ['roller:read'] },
    { name: 'tags', key: 'key-of-one-tenant-12345', scopes: ['roller:read'], tags: { organization_id: 'demo' } },
    { name: 'ids', key: 'key-of-one-venue-123456', scopes: ['roller:read'], connections: ['second-venue'] },
    { name: 'none', key: 'key-of-the-metrics-1234', scopes: ['metrics'] }
  ]
  const { demo, second, write, stateOf, get } = await open(t, { API_KEYS: JSON.stringify(keys) })
  write(demo, stateOf(demo, '2026-11-28T03:00:00.000Z'))
  write(second, '{')
  const seen = async (name: string) => {
    const { body } = await get(`Bearer ${keys.find((one) => one.name === name)?.key}`)
    const ids = (list: { venueId: string }[]): string[] => [...new Set(list.map(({ venueId }) => venueId))]
    return body.exports === undefined ? body.code : { exports: ids(body.exports), unreadable: ids(body.unreadable) }
  }
  t.same(await seen('all'), { exports: [demo], unreadable: [second] })
  t.same(await seen('tags'), { exports: [demo], unreadable: [] })
  t.same(await seen('ids'), { exports: [], unreadable: [second] })
  t.equal(await seen('none'), 'ROLLER_ERR_SCOPE')
})

test('a gateway without EXPORT_DIR says so', async (t) => {
  const { app } = await service(t)
  const response = await app.inject('/exports')
  t.match(response.json(), { status: 404, code: 'ROLLER_ERR_NOT_FOUND', detail: /knows no folder/, hint: /EXPORT_DIR/ })
})
