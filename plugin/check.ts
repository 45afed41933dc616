/** Diagnoses a connection step by step. The first failed step has a hint; later steps are skipped. */
import { Type, type Static } from '@sinclair/typebox'
import { errorDefinitions, isRollerError, RollerError, type ErrorCode } from './errors.ts'
import type { CallSender } from './gateway/call.ts'
import { readJson } from './util/json.ts'
import type { NangoClient } from './nango/client.ts'
import { checkKeyRights, missingScopes } from './nango/key-rights.ts'
import { wrongEnvironment, type OtherEnvironment } from './nango/other-environment.ts'
import type { RollerEnvironment } from './nango/venue.ts'
import type { Venues } from './venues/venues.ts'
import { StringEnum } from './operations/schema.ts'
import { isObject } from './util/is-record.ts'

export const CheckStep = Type.Object({
  step: StringEnum([
    'nango-reachable', 'key-valid', 'scopes-granted', 'integration-is-roller', 'connection-known', 'credentials-good', 'venue-reached'
  ]),
  result: StringEnum(['ok', 'failed', 'skipped']),
  detail: Type.String(),
  hint: Type.Optional(Type.String())
})
export type CheckStep = Static<typeof CheckStep>

export const CheckReport = Type.Object({
  connectionId: Type.String(),
  ok: Type.Boolean({ description: 'True when every step went well.' }),
  steps: Type.Array(CheckStep)
}, { $id: 'CheckReport' })
export type CheckReport = Static<typeof CheckReport>

export interface CheckParts {
  readonly nango: NangoClient
  readonly venues: Pick<Venues, 'connections'>
  readonly pipeline: CallSender
  readonly environment: RollerEnvironment
  readonly otherEnvironment: OtherEnvironment
}

type Step = readonly [name: CheckStep['step'], run: () => Promise<string>]

/**
 * The steps that are the same for every connection: access to Nango.
 * @param scopes also checks the key's scopes, with some ten calls to Nango
 */
export function checkGateway (parts: Pick<CheckParts, 'nango' | 'environment' | 'pipeline'>, scopes: boolean): Promise<CheckStep[]> {
  return run([...keySteps(parts), ...integrationSteps(parts), ...(scopes ? scopeSteps(parts) : [])])
}

export async function checkConnection (parts: CheckParts, connectionId: string): Promise<CheckReport> {
  const steps = await run([...keySteps(parts), ...scopeSteps(parts), ...integrationSteps(parts), ...connectionSteps(parts, connectionId)])
  return { connectionId, ok: steps.every(({ result }) => result === 'ok'), steps }
}

/** Nango and its key. */
function keySteps ({ nango }: Pick<CheckParts, 'nango'>): Step[] {
  return [
    ['nango-reachable', async () => {
      try {
        await nango.call((sdk) => sdk.http.get(`${nango.host}/health`))
      } catch (error) {
        throw atNango(error)
      }
      return 'Nango is reachable.' // without its address, since tenants read this too
    }],
    ['key-valid', async () => {
      await readIntegration(nango)
      return 'Nango accepts the secret key.'
    }]
  ]
}

function scopeSteps ({ nango, pipeline }: Pick<CheckParts, 'nango' | 'pipeline'>): Step[] {
  return [['scopes-granted', async () => {
    const absent = (await checkKeyRights(nango, pipeline.transport)).filter(({ granted }) => !granted)
    const needed = absent.filter(({ needed }) => needed)
    if (needed.length > 0) throw scopeError(`The Nango key lacks required scopes: ${missingScopes(needed)}.`)
    return absent.length === 0
      ? 'The Nango key has all scopes.'
      : `The Nango key has the required scopes. It lacks the optional ${missingScopes(absent)}.`
  }]]
}

function integrationSteps ({ nango, environment }: Pick<CheckParts, 'nango' | 'environment'>): Step[] {
  return [
    ['integration-is-roller', async () => {
      const integration = await readIntegration(nango)
      // No call needs this optional scope, so its absence must not keep a service from becoming ready.
      if (integration === 'forbidden') return 'Not checked: the Nango key lacks the optional scope environment:integrations:read.'
      if (integration === 'unknown') throw noIntegration(nango)
      const { provider } = integration
      // A Playground provider of a self-hosted Nango may be called roller-playground.
      if (!provider.startsWith('roller')) {
        throw new RollerError('ROLLER_ERR_NANGO_REJECTED', {
          detail: `The integration ${nango.integrationId} has the provider ${provider}.`,
          hint: 'Set NANGO_INTEGRATION_ID to an integration with the provider roller.'
        })
      }
      // Nango's stock provider supports Live only; the name of one for Playground contains the word.
      const its = /playground/i.test(provider) ? 'playground' : 'live'
      if (its !== environment) {
        throw new RollerError('ROLLER_ERR_ENVIRONMENT', {
          detail: `The integration ${nango.integrationId} has the provider ${provider} for ROLLER's environment ${its}, and this ` +
            `gateway is set to ${environment}.`,
          hint: its === 'live'
            ? 'Add a provider for Playground to a self-hosted Nango (docker/nango-roller-playground.yaml), create an integration ' +
              'with it, and set NANGO_INTEGRATION_ID to its key. Nango\'s provider roller supports Live only.'
            : 'Set ROLLER_ENVIRONMENT=playground (option environment), or NANGO_INTEGRATION_ID to an integration with the provider roller.'
        })
      }
      return `The integration ${nango.integrationId} has the provider ${provider} for ROLLER's environment ${environment}.`
    }]
  ]
}

/** The integration, or the reason why Nango does not return it. Nango checks the key first, then its scopes. */
async function readIntegration (nango: NangoClient): Promise<{ readonly provider: string } | 'forbidden' | 'unknown'> {
  const seen: { code?: string } = {}
  try {
    const response = await nango.call((sdk) => sdk.getIntegration({ uniqueKey: nango.encodedIntegrationId }), ({ code }) => {
      seen.code = code
      return undefined
    })
    return { provider: response.data.provider }
  } catch (error) {
    if (seen.code === 'forbidden') return 'forbidden'
    if (seen.code === 'not_found') return 'unknown'
    throw error
  }
}

function scopeError (detail: string): RollerError {
  return new RollerError('ROLLER_ERR_NANGO_REJECTED', { detail, hint: 'Add the scopes to this key in Nango\'s environment settings.' })
}

function noIntegration ({ integrationId }: NangoClient): RollerError {
  return new RollerError('ROLLER_ERR_NANGO_REJECTED', {
    detail: `The key is valid, but its Nango environment has no integration ${integrationId}.`,
    hint: 'Create the integration in Nango with the provider roller, or set NANGO_INTEGRATION_ID to its key.'
  })
}

function connectionSteps ({ nango, venues, pipeline, environment, otherEnvironment }: CheckParts, connectionId: string): Step[] {
  let status = ''
  return [
    ['connection-known', async () => {
      const connection = await venues.connections.get(connectionId)
      status = connection.status
      return `The connection was created at ${connection.createdAt}.`
    }],
    ['credentials-good', async () => {
      if (status === 'reconnect-required') {
        throw new RollerError('ROLLER_ERR_CREDENTIALS_REJECTED', { detail: 'Nango could not renew the token of this connection.' })
      }
      return 'Nango reports no error for the credentials.'
    }],
    ['venue-reached', async () => {
      const headers = { accept: 'application/json' }
      const otherAcceptsThem = await otherEnvironment.credentialsOf(nango, connectionId)
      const response = await pipeline
        .send(
          {
            method: 'GET',
            target: '/venues/me',
            connectionId,
            headers,
            body: null,
            operation: null,
            maxWaitMs: MAX_WAIT_MS,
            internal: 'check'
          }
        )
        .catch(async (error: unknown) => {
          const rejected = isRollerError(error) && error.code === 'ROLLER_ERR_CREDENTIALS_REJECTED'
          throw rejected && await otherAcceptsThem() ? wrongEnvironment(environment) : error
        })
      const body = await response.collect(MAX_VENUE_BYTES).catch(() => null)
      response.abort(new Error('not a venue'))
      const name = response.status === 200 && body !== null ? venueName(body) : null
      if (name === null) {
        throw new RollerError('ROLLER_ERR_UNREACHABLE', { detail: `ROLLER answered ${response.status}, without a venue.`, layer: 'roller' })
      }
      return `ROLLER returned ${name}.`
    }]
  ]
}

const NETWORK = 'Check again in a minute. If the step fails again, check the network between this gateway, Nango and ROLLER.'

/** Of errors whose general hint recommends this check. */
const HINTS: Partial<Record<ErrorCode, string>> = {
  ROLLER_ERR_UNREACHABLE: NETWORK,
  ROLLER_ERR_TIMEOUT: NETWORK,
  ROLLER_ERR_NANGO_REJECTED: 'The operator must check NANGO_SECRET_KEY, its scopes, NANGO_HOST and NANGO_INTEGRATION_ID.'
}

/** This step calls Nango only. */
function atNango (error: unknown): unknown {
  if (!isRollerError(error) || (error.code !== 'ROLLER_ERR_UNREACHABLE' && error.code !== 'ROLLER_ERR_TIMEOUT')) return error
  return new RollerError(error.code, {
    detail: error.detail, hint: 'Check NANGO_HOST, and that Nango is running and reachable from this gateway.'
  })
}

/** Short, because a person is waiting. */
const MAX_WAIT_MS = 5_000
const MAX_VENUE_BYTES = 64 * 1024

async function run (list: readonly Step[]): Promise<CheckStep[]> {
  const steps: CheckStep[] = []
  for (const [step, attempt] of list) {
    if (steps.some(({ result }) => result === 'failed')) {
      steps.push({ step, result: 'skipped', detail: 'Skipped, because an earlier step failed.' })
      continue
    }
    try {
      steps.push({ step, result: 'ok', detail: await attempt() })
    } catch (error) {
      if (!isRollerError(error)) throw error
      const { code, detail, hint } = error
      steps.push({ step, result: 'failed', detail, hint: hint === errorDefinitions[code].hint ? HINTS[code] ?? hint : hint })
    }
  }
  return steps
}

/** Null for what is no venue, such as the page of a server in between. */
function venueName (body: Buffer): string | null {
  const venue = readJson(body)
  if (!isObject(venue)) return null
  return typeof venue.name === 'string' && venue.name !== '' ? `the venue ${venue.name}` : 'a venue that does not say its name'
}
