#!/usr/bin/env node
/** The process: environment in, signals handled. */
import closeWithGrace from 'close-with-grace'
import { buildApp } from './app.ts'
import { banner } from './banner.ts'
import { ConfigError, readConfig, type Config } from './config.ts'

// As process 1 of a container a signal without a handler is ignored: until there is something to close, it ends the process at once.
const quit = (): void => process.exit(0)
process.once('SIGTERM', quit).once('SIGINT', quit)

let config: Config
try {
  config = readConfig(process.env)
} catch (error) {
  if (!(error instanceof ConfigError)) throw error
  process.stderr.write(`${error.message}\n`)
  process.exit(1)
}

// Loaded only where it is used: a container in production never reads the simulators.
const sandbox = config.nango === null ? await (await import('./sandbox/index.ts')).startSandbox() : null
const nango = config.nango ?? { secretKey: sandbox?.secretKey ?? '', host: sandbox?.nango.url ?? '', integrationId: 'roller' }
// The sandbox's tokens are for its own ROLLER.
const rollerBaseUrl = sandbox?.roller.url ?? config.rollerBaseUrl
const demoConnectionId = sandbox === null ? null : (await import('./sandbox/index.ts')).DEMO_CONNECTION_ID

const app = await buildApp({ config: { ...config, nango, rollerBaseUrl }, ...(demoConnectionId !== null && { exampleConnectionId: demoConnectionId }) })

process.off('SIGTERM', quit).off('SIGINT', quit)
closeWithGrace({ delay: config.shutdownGrace, logger: false }, async ({ signal, err: error }) => {
  if (error !== undefined) app.log.fatal({ err: error }, 'closing after an error')
  else app.log.info({ signal }, 'closing: calls in flight are finished first')
  await app.close()
  await sandbox?.close()
})

try {
  const url = await app.listen({ host: config.host, port: config.port })
  process.stdout.write(`${banner({ url, demoConnectionId, keys: config.apiKeys.length > 0 })}\n`)
} catch (error) {
  const { code, message } = error as NodeJS.ErrnoException // node:net throws these
  process.stderr.write(code === 'EADDRINUSE' ? `Port ${config.port} is in use. Set PORT to another one.\n` : `The service cannot listen: ${message}\n`)
  await sandbox?.close()
  process.exit(1)
}
