import { baseUrlOf, findIntegration, isRoller, type Context, type SimulatedIntegration } from './context.ts'
import { NangoError } from './errors.ts'
import { strictQuery } from './input.ts'
import type { NangoRequest } from './server.ts'
import type { Session } from './store.ts'

const CREATED_AT = '2026-01-01T00:00:00.000Z'

const logoOf = ({ host }: NangoRequest): string => `http://${host}/images/template-logos/roller.svg`

const shapeOf = ({ uniqueKey, provider }: SimulatedIntegration, request: NangoRequest): object => ({
  unique_key: uniqueKey,
  provider,
  display_name: 'Roller',
  logo: logoOf(request),
  forward_webhooks: true,
  created_at: CREATED_AT,
  updated_at: CREATED_AT
})

/** A session sees the integrations that it allows, a key all of them. */
export function listIntegrations (ctx: Context, request: NangoRequest, session: Session | null): object {
  strictQuery(request.query)
  const allowed = session?.allowedIntegrations
  const seen = ctx.settings.integrations.filter(({ uniqueKey }) => allowed?.includes(uniqueKey) ?? true)
  return { data: seen.map((one) => shapeOf(one, request)) }
}

export function readIntegration (ctx: Context, request: NangoRequest): object {
  strictQuery(request.query, ['include'])
  const integration = findIntegration(ctx, request.params['key'] ?? '')
  if (integration === undefined) throw new NangoError(404, 'not_found', { message: 'No integration has this key' })
  return { data: shapeOf(integration, request) }
}

/** The provider template, with the address of the simulated ROLLER in place of https://api.roller.app. */
export function readProvider (ctx: Context, request: NangoRequest): object {
  strictQuery(request.query)
  const name = request.params['name'] ?? ''
  const integration = ctx.settings.integrations.find((one) => one.provider === name && isRoller(one))
  if (integration === undefined) throw new NangoError(404, 'not_found', { message: `No provider is called ${name}` })
  return {
    data: {
      name,
      display_name: 'Roller',
      categories: ['ticketing'],
      auth_mode: 'OAUTH2_CC',
      token_url: `${baseUrlOf(ctx, integration)}/token`,
      body_format: 'json',
      proxy: { base_url: baseUrlOf(ctx, integration) },
      credentials: {
        client_id: { type: 'string', title: 'Client ID', description: 'Roller client ID' },
        client_secret: { type: 'string', title: 'Client Secret', description: 'Roller client secret' }
      },
      docs: 'https://nango.dev/docs/integrations/all/roller',
      logo_url: logoOf(request)
    }
  }
}
