/** The Nango of the examples: the one of NANGO_SECRET_KEY, otherwise a sandbox, which needs no account. */
import type { RollerOptions } from 'fastify-roller'
import { DEMO_CONNECTION_ID, startSandbox } from 'roller-sandbox'

export interface NangoOfExample {
  readonly options: Pick<RollerOptions, 'nango' | 'rollerBaseUrl'>
  readonly connectionId: string
  close (): Promise<void>
}

export async function findNango (
  { NANGO_SECRET_KEY: secretKey, NANGO_HOST: host, CONNECTION_ID: connectionId = DEMO_CONNECTION_ID } = process.env
): Promise<NangoOfExample> {
  if (secretKey !== undefined) {
    return { options: { nango: { secretKey, ...(host !== undefined && { host }) } }, connectionId, close: async () => {} }
  }
  const { nango, roller, secretKey: sandboxKey, close } = await startSandbox()
  return {
    options: { nango: { secretKey: sandboxKey, host: nango.url, connectUrl: nango.connectUiUrl }, rollerBaseUrl: roller.url },
    connectionId,
    close
  }
}
