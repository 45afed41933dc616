import { createContext, runInContext } from 'node:vm'
import { test } from '../support/tap.ts'
import type { Test } from 'tap'
import { CLIENT, openSession, setup } from './nango-fixture.ts'
import type { Fixture } from './nango-fixture.ts'

type Listener = (event: Record<string, unknown>) => void
class Element {
  hidden = true
  value = ''
  textContent = ''
  disabled = false
  readonly listeners = new Map<string, Listener>()
  focus (): void {}
  addEventListener (name: string, listener: Listener): void { this.listeners.set(name, listener) }
  emit (name: string, event: Record<string, unknown> = {}): void { this.listeners.get(name)?.({ preventDefault () {}, ...event }) }
}

interface Page { posted: { type: string, payload?: Record<string, unknown> }[], at (id: string): Element, give (token: string): void }

/** The page's script in a frame of stubs: enough of a browser for its messages. */
async function load (fixture: Fixture, search: string): Promise<Page> {
  const script = await (await fetch(new URL('connect.js', fixture.nango.connectUiUrl))).text()
  const elements = new Map<string, Element>()
  const at = (id: string): Element => elements.get(id) ?? elements.set(id, new Element()).get(id) as Element
  const posted: Page['posted'] = []
  const parent = { postMessage: (message: Page['posted'][number]) => { posted.push(message) } }
  const window = Object.assign(new Element(), { parent })
  const page = { window, document: { getElementById: at }, location: { search }, fetch, URLSearchParams, confirm: () => true }
  runInContext(script, createContext(page))
  return { posted, at, give: (sessionToken) => window.emit('message', { source: parent, data: { type: 'session_token', sessionToken } }) }
}

async function until (t: Test, condition: () => boolean): Promise<void> {
  for (let turn = 0; turn < 200 && !condition(); turn++) await new Promise((resolve) => { setTimeout(resolve, 5) })
  t.ok(condition())
}

test('posts the messages of Connect UI: ready, session_token, error, connect, close', async (t) => {
  const fixture = await setup(t)
  const page = await load(fixture, `?apiURL=${encodeURIComponent(fixture.nango.url)}`)
  t.same(page.posted.map(({ type }) => type), ['ready'])
  page.give(await openSession(fixture, { tags: {}, allowed_integrations: ['roller'] }))
  await until(t, () => !page.at('form').hidden)
  page.at('client_id').value = CLIENT.clientId
  page.at('client_secret').value = 'wrong'
  page.at('form').emit('submit')
  await until(t, () => page.posted.length === 2)
  t.match(page.posted[1], { type: 'error', payload: { errorType: 'client_credentials_fetch_error' } })
  page.at('client_secret').value = CLIENT.clientSecret
  page.at('form').emit('submit')
  await until(t, () => page.posted.length === 3)
  const connectionId = fixture.nango.connections.at(-1)?.connectionId
  t.match(page.posted[2], { type: 'connect', payload: { providerConfigKey: 'roller', connectionId } })
  page.at('finish').emit('click')
  t.match(page.posted[3], { type: 'close' })
})

test('puts the session into a connect link, and sends no request without apiURL', async (t) => {
  const fixture = await setup(t)
  const token = await openSession(fixture)
  const linked = await load(fixture, `?session_token=${token}&apiURL=${fixture.nango.url}`)
  await until(t, () => !linked.at('form').hidden)
  const bare = await load(fixture, `?session_token=${token}`)
  t.match(bare.at('message').textContent, /apiURL parameter is missing/)
})

test('shows an expired session, and posts no event', async (t) => {
  const fixture = await setup(t)
  const page = await load(fixture, `?apiURL=${fixture.nango.url}`)
  page.give('nango_connect_session_nope')
  await until(t, () => page.at('message').textContent.includes('cannot be used'))
  t.same(page.posted, [{ type: 'ready' }])
})
