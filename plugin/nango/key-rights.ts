/**
 * Which scopes the Nango key has, of those this gateway uses. Nango has no question for that, but looks at the key's scopes before anything else: each
 * is asked for with a call that changes nothing, about a connection that does not exist or with a body that cannot be.
 */
import { randomUUID } from 'node:crypto'
import type { Nango } from '@nangohq/node'
import type { TransportName } from '../gateway/transport/transport.ts'
import { RollerError } from '../errors.ts'
import type { NangoClient } from './client.ts'

export interface KeyRight {
  /** As Nango's dashboard names it. */
  readonly scope: string
  /** What stops without it. */
  readonly purpose: string
  /** Without it no call gets through. */
  readonly needed: boolean
  readonly granted: boolean
}

interface Probe extends Omit<KeyRight, 'granted'> {
  readonly ask: (sdk: Nango) => Promise<unknown>
}

/** @throws RollerError when Nango cannot be asked */
export async function checkKeyRights (nango: NangoClient, transport: TransportName): Promise<KeyRight[]> {
  const rights: KeyRight[] = []
  // One after the other: a burst could meet the limit of a small Nango.
  for (const { ask, ...right } of probes(nango, transport)) rights.push({ ...right, granted: await isGranted(nango, ask) })
  return rights
}

function probes ({ host, integrationId, encodedIntegrationId }: NangoClient, transport: TransportName): Probe[] {
  const nobody = `fastify-roller-probe-${randomUUID()}`
  const url = `${host}/connections/${nobody}?provider_config_key=${encodedIntegrationId}`
  const headersOf = ({ apiKey }: Nango): Record<string, string> => ({ authorization: `Bearer ${apiKey}` })
  return [
    {
      scope: 'environment:proxy',
      purpose: 'calls to ROLLER by the transport nango',
      needed: transport === 'nango',
      ask: (sdk) => sdk.http.get(`${host}/proxy/probe`, { headers: { ...headersOf(sdk), 'provider-config-key': integrationId, 'connection-id': nobody, retries: '0' } })
    },
    {
      scope: 'environment:connections:list',
      purpose: 'GET /connections, and finding out whose a connection is',
      needed: true,
      ask: (sdk) => sdk.http.get(`${host}/connections?limit=1&connectionId=${nobody}`, { headers: headersOf(sdk) })
    },
    {
      scope: 'environment:connections:read_credentials',
      purpose: 'the transport direct, and renewing a token that ROLLER has revoked',
      needed: transport === 'direct',
      ask: (sdk) => sdk.getConnection(integrationId, nobody, false, true)
    },
    {
      scope: 'environment:connections:update',
      purpose: 'changing tags and metadata of connections',
      needed: false,
      ask: (sdk) => sdk.http.patch(url, { tags: {} }, { headers: headersOf(sdk) })
    },
    {
      scope: 'environment:connections:delete',
      purpose: 'DELETE /connections/{id}',
      needed: false,
      ask: (sdk) => sdk.http.delete(url, { headers: headersOf(sdk) })
    },
    {
      scope: 'environment:connect_sessions:write',
      purpose: 'POST /connect-session and POST /connections',
      needed: false,
      // Not a list, so that no session is made.
      ask: (sdk) => sdk.http.post(`${host}/connect/sessions`, { allowed_integrations: 'probe' }, { headers: headersOf(sdk) })
    }
  ]
}

async function isGranted (nango: NangoClient, ask: Probe['ask']): Promise<boolean> {
  // Any answer about the call itself comes after the look at the scopes.
  const lookedAt = new RollerError('ROLLER_ERR_NANGO_REJECTED')
  const forbidden = new RollerError('ROLLER_ERR_NANGO_REJECTED')
  try {
    await nango.call(ask, ({ status, code }) => {
      if (code === 'forbidden') return forbidden
      return status !== 401 && status !== 429 && status < 500 ? lookedAt : undefined
    })
    return true
  } catch (error) {
    if (error === forbidden) return false
    if (error === lookedAt) return true
    throw error
  }
}
