/**
 * The service in sandbox mode: its configuration in place of the environment. Its tokens are valid only at its own ROLLER, and it sends
 * nothing off this machine.
 */
import { randomUUID } from 'node:crypto'
import type { AppOptions } from '../app.ts'
import type { Config } from '../config/config.ts'
import { DEMO_CONNECTION_ID, startSandbox, type Sandbox } from 'roller-sandbox'
import { makeExampleCalls } from './example-calls.ts'
import { addLanding } from './landing.ts'

export interface SandboxService extends Pick<Sandbox, 'sendWebhooksTo' | 'close'> {
  readonly options: AppOptions
}

export async function startOnSandbox (config: Config): Promise<SandboxService> {
  const { nango, roller, secretKey, webhookSigningKey, sendWebhooksTo, close } = await startSandbox()
  const { publicUrl, rollerSecrets, target } = config.webhooks
  return {
    sendWebhooksTo,
    close,
    options: {
      config: {
        ...config,
        nango: {
          secretKey, host: nango.url, integrationId: 'roller', webhookSigningKeys: [webhookSigningKey], connectUrl: nango.connectUiUrl
        },
        rollerBaseUrl: roller.url,
        otherBaseUrl: roller.url,
        webhooks: {
          // A free port is chosen only once the service listens.
          publicUrl: publicUrl ?? (config.port === 0 ? null : `http://localhost:${config.port}`),
          rollerSecrets: rollerSecrets.length > 0 ? rollerSecrets : [randomUUID()],
          target
        }
      },
      exampleConnectionId: DEMO_CONNECTION_ID,
      exampleCalls: makeExampleCalls(roller),
      addLanding: (app) => { addLanding(app, { connectionId: DEMO_CONNECTION_ID }) },
      sandbox: true,
      logEvents: true
    }
  }
}
