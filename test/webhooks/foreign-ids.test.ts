/** The id of a delivery is text of its sender, which marks no event and no lock of the gateway itself as handled. */
import { createHash } from 'node:crypto'
import { test } from '../support/tap.ts'
import { build } from '../support/build.ts'
import { deliver, message, SECRET } from './fixture.ts'

test('a delivery with the id of one of the gateway\'s own events or locks blocks neither', async (t) => {
  const { app } = await build(t, { options: { rollerWebhookSecrets: [SECRET], verifyVenues: true } })
  const names: string[] = []
  app.roller.on('*', ({ name }) => { names.push(name) })
  const digest = createHash('sha256').update(JSON.stringify(['connection.deleted', 'demo-venue', ''])).digest('base64url')
  for (const id of ['verification', `evt_${digest.slice(0, 27)}`]) t.equal((await deliver(app, message({ id }))).statusCode, 200)

  const payload = { tags: { region: 'north' } }
  t.equal((await app.inject({ method: 'PATCH', url: '/connections/demo-venue', payload })).statusCode, 200, 'verified again')
  t.equal((await app.inject({ method: 'DELETE', url: '/connections/demo-venue' })).statusCode, 204)
  await app.close() // waits for events
  t.equal(names.at(-1), 'connection.deleted')
})
