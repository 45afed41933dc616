/** Every recorded exchange with a real Nango server, replayed in order. */
import { randomUUID } from 'node:crypto'
import { test } from '../support/tap.ts'
import { Agent } from 'undici'
import { startNangoSimulator } from '#sandbox/nango.js'
import type { NangoSimulator } from '#sandbox/nango.js'
import { startRollerSimulator } from '#sandbox/roller.js'
import type { Fault, RollerSimulator } from '#sandbox/roller.js'
import { KEY } from './nango-fixture.ts'
import { Bindings, RECORDINGS, differences, isNote } from './nango-recording.ts'
import type { Received, RecordedExchange, RecordedNote } from './nango-recording.ts'

const SCOPES = [
  'environment:connect_sessions:write', 'environment:connections:list', 'environment:connections:list_credentials',
  'environment:connections:read', 'environment:connections:read_credentials', 'environment:connections:create',
  'environment:connections:update', 'environment:connections:delete', 'environment:integrations:list',
  'environment:integrations:read', 'environment:proxy', 'environment:webhook_signing_key:rotate'
]
const OWN_HEADERS = { authorization: `Bearer ${KEY}`, 'content-type': 'application/json' }
const ACME = 'POST /connect/sessions'
/** The recorded session of an exchange; all others use the first. */
const SESSIONS: Record<string, string> = {
  'GET /connect/session with config': 'POST /connect/sessions with config',
  'DELETE /connect/session': 'POST reconnect',
  'DELETE /connect/session twice': 'POST reconnect'
}

class Replay {
  readonly nango: NangoSimulator
  readonly roller: RollerSimulator
  readonly #agent: Agent
  readonly #bindings = new Bindings()
  /** Session tokens, by the exchange that returned them. */
  readonly #tokens = new Map<string, string>()

  constructor (nango: NangoSimulator, roller: RollerSimulator, agent: Agent) {
    this.nango = nango
    this.roller = roller
    this.#agent = agent
    this.#bindings.set('key', KEY)
    this.#bindings.set('connectUrl', nango.connectUiUrl.replace(/\/$/, ''))
    this.#bindings.set('rollerUrl', roller.url)
  }

  async exchange ({ name, roller, request, response }: RecordedExchange): Promise<string[]> {
    const bindings = this.#bindings.forExchange()
    const token = this.#tokens.get(SESSIONS[name] ?? ACME)
    const requested = token === undefined ? bindings : withToken(this.#bindings, token)
    const headers = Object.entries(request.headers).map(([key, value]) =>
      [key, requested.fill(key === 'authorization' ? this.#authorize(value) : value)] as const)
    this.roller.faults.always(faultOf(roller))
    const got = await this.send(request.method, requested.fill(request.path), {
      headers: Object.fromEntries(headers),
      ...(request.body !== undefined && { body: requested.fill(request.body) })
    })
    this.roller.faults.always(null)
    const found = differences(response, got, bindings)
    const given = bindings.get('sessionToken')
    if (given !== undefined) this.#tokens.set(name, given)
    return found
  }

  async send (
    method: string, path: string, { headers = OWN_HEADERS, body = null }: { headers?: Record<string, string>, body?: string | null } = {}
  ): Promise<Received> {
    // undici types fewer methods than it sends.
    const response = await this.#agent.request({ origin: this.nango.url, path, method: method as 'GET', headers, body })
    return { status: response.statusCode, headers: response.headers, body: Buffer.from(await response.body.arrayBuffer()) }
  }

  idOf (placeholder: string): string {
    return this.#bindings.get(placeholder) ?? placeholder
  }

  bind (placeholder: string): string {
    const id = randomUUID()
    this.#bindings.set(placeholder, id)
    return id
  }

  /** `Bearer {{key with every scope but A and B}}`, `Bearer {{key with A alone}}`: one key here, and its scopes are set. */
  #authorize (header: string): string {
    const wanted = /\{\{key with (.+)\}\}/.exec(header)?.[1]
    const named: string[] = wanted?.match(/environment:[a-z_:]+/g) ?? []
    const scopes = wanted === undefined ? null : wanted.endsWith(' alone') ? named : SCOPES.filter((scope) => !named.includes(scope))
    this.nango.setOptions({ scopes })
    return wanted === undefined ? header : `Bearer ${KEY}`
  }
}

function withToken (bindings: Bindings, token: string): Bindings {
  const own = bindings.forExchange()
  own.set('sessionToken', token)
  return own
}

function faultOf (roller: RecordedExchange['roller']): Fault | null {
  if (roller === undefined) return null
  const { path, when, ...fault } = roller
  if (when !== 'always') throw new Error(`unknown kind of fault: ${when}`)
  // The recordings use the fault names of the simulated ROLLER.
  return { ...fault, path: new RegExp(path) } as unknown as Fault
}

/** Unrecorded events on the server before an exchange: the product wrote venues, keys were revoked. */
const BEFORE: Record<string, (replay: Replay) => void | Promise<void>> = {
  'GET /connections?connectionId': async (replay) => {
    for (const [placeholder, exchange] of [['uuid1', 'GET /connections?connectionId'], ['uuid2', 'GET /connections tags']] as const) {
      await keepVenue(replay, replay.idOf(placeholder), exchange)
    }
  },
  'force refresh rejected': ({ roller }) => { roller.rejectCredentials('cmp-a') },
  'key with every scope: integration': async (replay) => {
    replay.nango.addConnection({ connectionId: replay.bind('uuid9'), clientId: 'cmp-a', clientSecret: 'x' })
    await keepVenue(replay, replay.idOf('uuid9'), 'key with every scope: list')
  }
}

async function keepVenue (replay: Replay, connectionId: string, listed: string): Promise<void> {
  const record = RECORDINGS.find(({ name }) => name === listed)
  if (record === undefined || isNote(record)) throw new Error(`no exchange is called ${listed}`)
  const { connections: [row] } = JSON.parse(record.response.body ?? '') as { connections: { tags: object, metadata: object }[] }
  await replay.send('PATCH', `/connections/${connectionId}?provider_config_key=roller`, { body: JSON.stringify({ tags: row?.tags }) })
  await replay.send('PATCH', '/connections/metadata', {
    body: JSON.stringify({ connection_id: connectionId, provider_config_key: 'roller', metadata: row?.metadata })
  })
}

const NOTES: Record<string, (replay: Replay, note: RecordedNote) => Promise<string[]>> = {
  'overrides and updated_at': async (replay, { updated_at_changed: updated, created_at_changed: created }) => {
    const path = '/connections/overridden?provider_config_key=roller'
    const read = async () => JSON.parse((await replay.send('GET', path)).body.toString()) as
      { created_at: string, updated_at: string, credentials: { client_id: string } }
    const found: string[] = []
    replay.nango.addConnection({ connectionId: 'overridden', clientId: 'cmp-a', clientSecret: 'x' })
    // The first use fetches the token, which changes the connection.
    await read()
    const before = await read()
    for (const clientId of ['cmp-a', 'cmp-b', 'cmp-a']) {
      await new Promise((resolve) => { setTimeout(resolve, 5) })
      const session = await replay.send('POST', '/connect/sessions/reconnect', {
        body: JSON.stringify({ connection_id: 'overridden', integration_id: 'roller', tags: { a: 'b' } })
      })
      const { data: { token } } = JSON.parse(session.body.toString()) as { data: { token: string } }
      const { status } = await replay.send('POST', `/oauth2/auth/roller?connect_session_token=${token}`, {
        body: JSON.stringify({ client_id: clientId, client_secret: 'x' })
      })
      const after = await read()
      if (status !== 200) found.push(`an override with ${clientId} is ${status}`)
      if (after.credentials.client_id !== clientId) found.push(`the Client ID is ${after.credentials.client_id}, not ${clientId}`)
      if ((after.updated_at !== before.updated_at) !== updated) found.push('updated_at')
      if ((after.created_at !== before.created_at) !== created) found.push('created_at')
    }
    await replay.send('DELETE', path)
    return found
  }
}

test('returns the real server\'s response for every recorded exchange', async (t) => {
  const roller = await startRollerSimulator()
  const nango = await startNangoSimulator({
    secretKey: KEY,
    rollerUrl: roller.url,
    integrations: [{ uniqueKey: 'roller', provider: 'roller' }, { uniqueKey: 'other', provider: 'shopify' }]
  })
  const agent = new Agent()
  t.teardown(async () => {
    await Promise.all([agent.destroy(), nango.close()])
    await roller.close()
  })
  const replay = new Replay(nango, roller, agent)
  let replayed = 0
  for (const [index, record] of RECORDINGS.entries()) {
    await BEFORE[record.name]?.(replay)
    const found = isNote(record) ? await NOTES[record.name]?.(replay, record) : await replay.exchange(record)
    t.same(found, [], `${index} ${record.name}`)
    replayed++
  }
  t.equal(replayed, 196)
})
