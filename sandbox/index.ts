/** The sandbox: a simulated Nango in front of a simulated ROLLER, with one connected venue. Nothing in the plugin knows of it. */
import { randomUUID } from 'node:crypto'
import { startNangoSimulator, type NangoSimulator } from './nango.ts'
import { startRollerSimulator, type RollerSimulator } from './roller.ts'

export { ALL_WEBHOOKS, startNangoSimulator, type NangoSimulator, type NangoSimulatorOptions } from './nango.ts'
export { startRollerSimulator, type RollerSimulator, type RollerSimulatorOptions } from './roller.ts'

export const DEMO_CONNECTION_ID = 'demo-venue'

export interface Sandbox {
  readonly nango: NangoSimulator
  readonly roller: RollerSimulator
  readonly secretKey: string
  readonly webhookSigningKey: string
  /** From now on the simulated Nango sends its webhooks there, as a real one does. */
  sendWebhooksTo (url: string): void
  close (): Promise<void>
}

export async function startSandbox (): Promise<Sandbox> {
  const [secretKey, webhookSigningKey] = [randomUUID(), randomUUID()]
  const roller = await startRollerSimulator()
  const nango = await startNangoSimulator({ secretKey, rollerUrl: roller.url })
  nango.addConnection({ connectionId: DEMO_CONNECTION_ID, clientId: 'demo', clientSecret: randomUUID(), tags: { organization_id: 'demo' } })
  return {
    nango,
    roller,
    secretKey,
    webhookSigningKey,
    sendWebhooksTo (url) {
      nango.setOptions({ webhookUrl: `${url}/webhooks/nango`, webhookSigningKey, webhookOnCreation: true, webhookOnRefreshError: true })
    },
    async close () {
      await nango.close()
      await roller.close()
    }
  }
}
