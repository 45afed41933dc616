/** Nango's list comes from a database replica: a change that it does not show yet must not be undone by the next one. */
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { request } from 'undici'
import { test } from '../support/tap.ts'
import { start, stored } from './fixture.ts'

test('keeps tags that Nango\'s list does not show yet', async (t) => {
  let upstream = ''
  const lists = new Map<string, string>()
  // Passes everything on, and repeats the first state of each list.
  const server = createServer((incoming, response) => {
    const pass = async (): Promise<unknown> => {
      const { method = '', url = '', headers: { authorization = '', 'content-type': type = 'application/json' } } = incoming
      const isList = method === 'GET' && url.startsWith('/connections?')
      const known = lists.get(url)
      if (isList && known !== undefined) return response.setHeader('content-type', 'application/json').end(known)
      const { statusCode, body } = await request(`${upstream}${url}`, {
        method: method as 'GET', headers: { authorization, 'content-type': type }, body: method === 'GET' ? null : incoming
      })
      const text = await body.text()
      if (isList) lists.set(url, text)
      return response.writeHead(statusCode, { 'content-type': 'application/json' }).end(text)
    }
    pass().catch(() => response.destroy())
  })
  await new Promise<void>((resolve) => { server.listen(0, '127.0.0.1', resolve) })
  t.teardown(() => { server.closeAllConnections(); server.close() })
  const host = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const setup = await start(t, { webhooks: false, options: { verifyVenues: false, nango: { host } } })
  upstream = setup.nango.url
  for (const tags of [{ region: 'north' }, { brand: 'leap' }]) {
    t.match((await setup.app.inject({ method: 'PATCH', url: '/connections/demo-venue', payload: { tags } })).json(), { tags })
  }
  t.match(stored(setup, 'demo-venue').tags, { region: 'north', brand: 'leap' })
})
