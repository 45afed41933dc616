/** GET, PATCH and DELETE of one connection: unnamed tags stay, null deletes a tag, and a deleted connection is unknown. */
import { test } from '../support/tap.ts'
import type { Test } from 'tap'
import { build, holdsNoSecret, type Built } from '../support/build.ts'

const URL = '/connections/acme'

async function withConnection (t: Test): Promise<Built> {
  const built = await build(t)
  built.nango.addConnection(
    {
      connectionId: 'acme',
      clientId: 'acme',
      clientSecret: 's',
      tags: { organization_id: 'acme', region: 'north' },
      metadata: { note: 'a', deep: { x: 1 } }
    }
  )
  return built
}

const stored = ({ nango }: Built) => nango.connections.find(({ connectionId }) => connectionId === 'acme')

test('merges tags, and deletes those set to null', async (t) => {
  const built = await withConnection(t)
  const response = await built.app.inject({ method: 'PATCH', url: URL, payload: { tags: { Region: null, size: 'big' } } })
  t.equal(response.statusCode, 200)
  t.same(response.json().tags, { organization_id: 'acme', size: 'big' })
  t.match(stored(built), { tags: { organization_id: 'acme', size: 'big' }, metadata: { note: 'a' } })
  t.same((await built.app.inject({ url: URL })).json(), response.json(), 'reading it gives the same')
  await built.app.inject({ method: 'PATCH', url: URL, payload: { tags: { ORGANIZATION_ID: 'other', nothing: null } } })
  t.same(stored(built)?.tags, { organization_id: 'other', size: 'big' })
})

test('merges the first level of metadata', async (t) => {
  const built = await withConnection(t)
  const response = await built.app.inject({ method: 'PATCH', url: URL, payload: { metadata: { deep: { y: 2 }, more: [1] } } })
  t.same(response.json().metadata, { note: 'a', deep: { y: 2 }, more: [1] })
  t.match(stored(built), { metadata: response.json().metadata, tags: { organization_id: 'acme', region: 'north' } })
})

test('rejects more than seven tags and changes nothing: the venue needs three of Nango\'s ten', async (t) => {
  const built = await withConnection(t)
  const tags = (count: number): Record<string, string> => Object.fromEntries(
    Array.from({ length: count }, (_, index) => [`tag${index}`, 'x'])
  )
  for (const [given, detail] of [[tags(6), /would result in 8 tags.*10, of which 3 are/], [tags(8), /holds 8 tags.*at most 7/]] as const) {
    const response = await built.app.inject({ method: 'PATCH', url: URL, payload: { tags: given } })
    t.match(response.json(), { status: 400, code: 'ROLLER_ERR_VALIDATION', errors: [{ pointer: '/body/tags', detail }] })
  }
  t.same(stored(built)?.tags, { organization_id: 'acme', region: 'north' })
  t.equal(
    (await built.app.inject({ method: 'PATCH', url: URL, payload: { tags: { ...tags(6), region: null } } })).statusCode, 200, 'seven go in'
  )
})

test('rejects an invalid change with 400', async (t) => {
  const { app } = await withConnection(t)
  const cases: [payload: object, pointer: string][] = [
    [{}, '/body'], [{ tags: { 1: 'x' } }, '/body/tags/1'], [{ tags: { a: '' } }, '/body/tags/a'], [{ metadata: null }, '/body/metadata'],
    [{ clientSecret: 'x' }, '/body/clientSecret'], [{ connectionId: 'x' }, '/body/connectionId']
  ]
  for (const [payload, pointer] of cases) {
    const response = await app.inject({ method: 'PATCH', url: URL, payload })
    t.equal(response.statusCode, 400, pointer)
    t.ok(response.json().errors.some((fault: { pointer: string }) => fault.pointer === pointer), `${pointer}: ${response.body}`)
  }
})

test('returns 404 on all routes after a deletion', async (t) => {
  const built = await withConnection(t)
  const response = await built.app.inject({ method: 'DELETE', url: URL })
  t.equal(response.statusCode, 204)
  t.equal(response.body, '')
  t.equal(stored(built), undefined)
  for (const method of ['DELETE', 'GET', 'PATCH'] as const) {
    const second = await built.app.inject({ method, url: URL, ...(method === 'PATCH' && { payload: { metadata: { a: 1 } } }) })
    t.match(second.json(), { status: 404, code: 'ROLLER_ERR_CONNECTION_UNKNOWN' }, method)
  }
  t.equal(built.nango.connections.length, 1, 'the other one stays')
  holdsNoSecret(t, built.log(), built)
})
