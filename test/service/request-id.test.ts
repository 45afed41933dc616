/** Every response has a request id: the caller's if it is safe, otherwise a new one. */
import { test } from '../support/tap.ts'
import { VENUE } from '../support/build.ts'
import { service } from './fixture.ts'

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/

test('creates, keeps and replaces ids', async (t) => {
  const { app } = await service(t)
  const idFor = async (id?: string): Promise<unknown> =>
    (
      await app.inject({ url: '/roller/venues/me', headers: { ...VENUE, ...(id !== undefined && { 'x-request-id': id }) } })
    ).headers['x-request-id']
  t.match(await idFor(), UUID)
  t.not(await idFor(), await idFor())
  for (const id of ['abc', '01J9.X:y-z_1', 'x'.repeat(128)]) t.equal(await idFor(id), id)
  // eslint-disable-next-line no-template-curly-in-string
  for (const id of ['', 'a b', '<script>', '"}\\n{"level":50', 'x'.repeat(129), 'é', 'a,b', '${jndi:x}']) t.match(await idFor(id), UUID, id)
})

test('sets the id as the instance of problems', async (t) => {
  const { app } = await service(t)
  for (const url of ['/nothing', '/connections/nobody', '/roller/venues/me', '/roller/%zz']) {
    const response = await app.inject({ url, headers: { 'x-request-id': 'mine-1' } })
    t.equal(response.headers['x-request-id'], 'mine-1', url)
    t.equal(response.json().instance, 'mine-1', url)
  }
})
