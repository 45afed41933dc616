/** Options that every use of the plugin takes from the configuration: the service, its command `check`, and its command `export`. */
import type { ConnectedConfig } from './config.ts'

type UpstreamConfig = Pick<ConnectedConfig, 'nango' | 'environment' | 'transport' | 'proxy' | 'rollerBaseUrl' | 'otherBaseUrl'>

/** Nango, without the keys of its webhooks, and ROLLER. */
export function upstreamOptions ({ nango, environment, transport, proxy, rollerBaseUrl, otherBaseUrl }: UpstreamConfig) {
  const { webhookSigningKeys: _, ...client } = nango
  return {
    nango: client,
    environment,
    transport,
    proxy,
    ...(rollerBaseUrl !== null && { rollerBaseUrl }),
    ...(otherBaseUrl !== null && { otherBaseUrl })
  }
}

/** Of ROLLER's webhooks. */
export function webhookOptions ({ publicUrl, rollerSecrets }: ConnectedConfig['webhooks']) {
  return {
    ...(publicUrl !== null && { publicUrl }),
    ...(rollerSecrets.length > 0 && { rollerWebhookSecrets: [...rollerSecrets] })
  }
}
