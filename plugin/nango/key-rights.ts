/**
 * The scopes of the Nango key that this gateway uses: the purpose of each, and a call that detects it. Nango has no endpoint for that, but
 * checks a key's scopes before anything else: each call changes nothing, because its connection does not exist or its body is invalid.
 */
import { randomUUID } from 'node:crypto'
import type { Nango } from '@nangohq/node'
import type { TransportName } from '../util/transport-name.ts'
import { RollerError } from '../errors.ts'
import type { NangoClient } from './client.ts'

export interface KeyScope {
  /** The name in Nango's dashboard. */
  readonly scope: string
  /** The feature that fails without it. */
  readonly purpose: string
  /** The transports whose calls fail without it. */
  readonly neededBy: readonly TransportName[]
}

export interface KeyRight extends Omit<KeyScope, 'neededBy'> {
  /** Without it every call fails. */
  readonly needed: boolean
  readonly granted: boolean
}

interface Probed extends KeyScope {
  /** @internal so that no public declaration needs the types of Nango's client, which lack those of json-schema */
  readonly probe: (sdk: Nango, target: Target) => Promise<unknown>
}

interface Target {
  readonly host: string
  readonly integrationId: string
  readonly encodedIntegrationId: string
  /** A connection that does not exist. */
  readonly unknownId: string
  readonly headers: Readonly<Record<string, string>>
}

const BOTH: readonly TransportName[] = ['nango', 'direct']

const connectionUrl = ({ host, unknownId, encodedIntegrationId }: Target): string =>
  `${host}/connections/${unknownId}?provider_config_key=${encodedIntegrationId}`

export const keyScopes: readonly Probed[] = [
  {
    scope: 'environment:proxy',
    purpose: 'calls to ROLLER through Nango',
    neededBy: ['nango'],
    probe: (sdk, { host, headers, integrationId, unknownId }) => sdk.http.get(`${host}/proxy/probe`, {
      headers: { ...headers, 'provider-config-key': integrationId, 'connection-id': unknownId, retries: '0' }
    })
  },
  {
    scope: 'environment:connections:list',
    purpose: '`GET /connections`, and the tenant of a connection',
    neededBy: BOTH,
    probe: (sdk, { host, headers, unknownId }) => sdk.http.get(`${host}/connections?limit=1&connectionId=${unknownId}`, { headers })
  },
  {
    // Included in the right to read credentials.
    scope: 'environment:connections:read',
    purpose: 'the venue of a connection, `POST /connections`, `POST /connect-session/reconnect` and the connect page',
    neededBy: BOTH,
    probe: (sdk, { integrationId, unknownId }) => sdk.getConnection(integrationId, unknownId)
  },
  {
    scope: 'environment:connections:read_credentials',
    purpose: 'the transport `direct`, and the renewal of a token that ROLLER has revoked',
    neededBy: ['direct'],
    probe: (sdk, { integrationId, unknownId }) => sdk.getConnection(integrationId, unknownId, false, true)
  },
  {
    scope: 'environment:connections:update',
    purpose: 'storing the venue of a connection, and `PATCH /connections/{id}`',
    neededBy: BOTH,
    probe: (sdk, target) => sdk.http.patch(connectionUrl(target), { tags: {} }, { headers: target.headers })
  },
  {
    scope: 'environment:connections:delete',
    purpose: '`DELETE /connections/{id}`, and removal of a connection whose creation failed halfway',
    neededBy: [],
    probe: (sdk, target) => sdk.http.delete(connectionUrl(target), { headers: target.headers })
  },
  {
    scope: 'environment:connect_sessions:write',
    purpose: '`POST /connect-session`, `POST /connect-session/reconnect` and `POST /connections`',
    neededBy: [],
    // Not a list, so no session is created.
    probe: (sdk, { host, headers }) => sdk.http.post(`${host}/connect/sessions`, { allowed_integrations: 'probe' }, { headers })
  },
  {
    scope: 'environment:integrations:read',
    purpose: 'checking that the provider of the integration is ROLLER',
    neededBy: [],
    probe: (sdk, { encodedIntegrationId }) => sdk.getIntegration({ uniqueKey: encodedIntegrationId })
  }
]

/** @throws RollerError if Nango is unavailable */
export async function checkKeyRights (nango: NangoClient, transport: TransportName): Promise<KeyRight[]> {
  const { host, integrationId, encodedIntegrationId } = nango
  const unknownId = `fastify-roller-probe-${randomUUID()}`
  const rights: KeyRight[] = []
  // One by one: a burst could exceed the rate limit of a small Nango.
  for (const { probe, neededBy, scope, purpose } of keyScopes) {
    const granted = await isGranted(nango, (sdk) => {
      const headers = { authorization: `Bearer ${sdk.apiKey}` }
      return probe(sdk, { host, integrationId, encodedIntegrationId, unknownId, headers })
    })
    rights.push({ scope, purpose, needed: neededBy.includes(transport), granted })
  }
  return rights
}

/** The error detail for missing scopes. */
export function missingScopes (rights: readonly KeyRight[]): string {
  return rights.map(({ scope, purpose }) => `${scope} (${purpose.replaceAll('`', '')})`).join(', ')
}

async function isGranted (nango: NangoClient, probe: (sdk: Nango) => Promise<unknown>): Promise<boolean> {
  // Any response about the call itself follows the check of the scopes.
  const granted = new RollerError('ROLLER_ERR_NANGO_REJECTED')
  const forbidden = new RollerError('ROLLER_ERR_NANGO_REJECTED')
  try {
    await nango.call(probe, ({ status, code }) => {
      if (code === 'forbidden') return forbidden
      return status !== 401 && status !== 429 && status < 500 ? granted : undefined
    })
    return true
  } catch (error) {
    if (error === forbidden) return false
    if (error === granted) return true
    throw error
  }
}
