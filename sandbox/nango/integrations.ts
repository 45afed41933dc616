import { strictQuery } from './check.ts'
import { NangoError } from './errors.ts'
import { baseUrlOf, findIntegration, isRoller } from './context.ts'
import type { Context, SimulatedIntegration } from './context.ts'
import type { Answer, Call } from './http.ts'

const CREATED_AT = '2026-01-01T00:00:00.000Z'

const logoOf = (call: Call): string => `http://${call.headers.host}/images/template-logos/roller.svg`

const publicShape = ({ uniqueKey, provider }: SimulatedIntegration, logo: string): Record<string, unknown> => ({
  unique_key: uniqueKey,
  provider,
  display_name: 'Roller',
  logo,
  forward_webhooks: true,
  created_at: CREATED_AT,
  updated_at: CREATED_AT
})

/** A session sees the integrations that it allows, a key sees them all. */
export function listIntegrations (ctx: Context, call: Call): Answer {
  strictQuery(call.query, [])
  const allowed = call.session?.allowedIntegrations ?? null
  const seen = ctx.settings.integrations.filter((one) => allowed === null || allowed.includes(one.uniqueKey))
  return { status: 200, json: { data: seen.map((one) => publicShape(one, logoOf(call))) } }
}

export function readIntegration (ctx: Context, call: Call): Answer {
  strictQuery(call.query, ['include'])
  const integration = findIntegration(ctx, call.params[0] ?? '')
  if (integration === undefined) throw new NangoError(404, 'not_found', { message: 'No integration has this key' })
  return { status: 200, json: { data: publicShape(integration, logoOf(call)) } }
}

/** The provider template, with the addresses of the simulated ROLLER in place of https://api.roller.app. */
export function readProvider (ctx: Context, call: Call): Answer {
  strictQuery(call.query, [])
  const name = call.params[0] ?? ''
  const integration = ctx.settings.integrations.find((one) => one.provider === name && isRoller(one))
  if (integration === undefined) throw new NangoError(404, 'not_found', { message: `No provider is called ${name}` })
  return {
    status: 200,
    json: {
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
        logo_url: logoOf(call)
      }
    }
  }
}
