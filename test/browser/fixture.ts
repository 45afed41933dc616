/** The service on a socket, in front of the simulators, for a browser. */
import type { Test } from 'tap'
import { buildApp, type AppOptions } from '#service/app.js'
import { readConfig } from '#service/config/config.js'
import type { NangoSimulatorOptions } from '#sandbox/nango.js'
import type { ExampleCalls } from '#service/docs/examples.js'
import type { RollerSimulator } from '#sandbox/roller.js'
import { SECRET_KEY, startSimulators, type Simulators } from '../support/build.ts'

export interface Site extends Simulators {
  readonly url: string
  /** The gateway, Nango's API, and its Connect UI. */
  readonly origins: string[]
  /** The link for a venue manager. */
  readonly link: (body?: object, path?: string) => Promise<string>
}

interface SiteOptions extends Omit<Partial<AppOptions>, 'exampleCalls'> {
  readonly env?: Record<string, string>
  readonly nango?: Partial<NangoSimulatorOptions>
  /** Built from the existing venues. */
  readonly exampleCalls?: (roller: RollerSimulator) => ExampleCalls
}

export async function site (
  t: Pick<Test, 'teardown'>, { env = {}, nango = {}, exampleCalls, ...more }: SiteOptions = {}
): Promise<Site> {
  const simulators = await startSimulators(t, { nango })
  const { url: host, connectUiUrl } = simulators.nango
  const config = readConfig(
    { NANGO_SECRET_KEY: SECRET_KEY, NANGO_HOST: host, NANGO_CONNECT_URL: connectUiUrl, LOG_LEVEL: 'silent', ...env }
  )
  if (config.nango === null) throw new Error('the fixture always gives a key')
  const app = await buildApp({
    config: { ...config, nango: config.nango, rollerBaseUrl: simulators.roller.url },
    exampleConnectionId: 'demo-venue',
    ...(exampleCalls !== undefined && { exampleCalls: exampleCalls(simulators.roller) }),
    ...more
  })
  t.teardown(() => app.close())
  const url = await app.listen({ host: '127.0.0.1', port: 0 })
  const headers = { 'content-type': 'application/json', ...(config.keys.length > 0 && { authorization: `Bearer ${env.API_KEYS ?? ''}` }) }
  return {
    ...simulators,
    url,
    origins: [url, host, new URL(connectUiUrl).origin],
    link: async (body = {}, path = '/connect-session') => {
      const response = await fetch(url + path, { method: 'POST', headers, body: JSON.stringify(body) })
      const { connectPage } = await response.json() as { connectPage: string }
      return new URL(connectPage, url).href
    }
  }
}
