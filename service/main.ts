/** The process: reads the environment and handles signals. */
import { banner } from './cli/banner.ts'
import { endOnClosedPipe } from './cli/closed-pipe.ts'
import { readCommand } from './cli/command-line.ts'
import { ConfigError, readConfig, type Config, type ConnectedConfig } from './config/config.ts'
import { misspelledVariables } from './config/misspelled.ts'

// Process 1 of a container ignores a signal without a handler. Until there is something to close, a signal exits at once.
const quit = (): void => process.exit(0)
process.once('SIGTERM', quit).once('SIGINT', quit)

const command = readCommand(process.argv.slice(2))
if (command.kind !== 'serve') endOnClosedPipe()
if (command.kind === 'say') {
  process[command.exitCode === 0 ? 'stdout' : 'stderr'].write(command.text)
  process.exit(command.exitCode)
}
if (command.kind === 'export') {
  process.off('SIGTERM', quit).off('SIGINT', quit)
  const { exportReports } = await import('./cli/export.ts')
  process.exit(await exportReports(command.args, process.env))
}
if (command.kind === 'check') {
  const { check } = await import('./cli/check.ts')
  process.exit(await check(process.env, (line) => { process.stdout.write(`${line}\n`) }) ? 0 : 1)
}

let config: Config
try {
  config = readConfig(process.env)
} catch (error) {
  if (!(error instanceof ConfigError)) throw error
  process.stderr.write(`${[error.message, ...misspelledVariables(process.env)].join('\n')}\n`)
  process.exit(1)
}

// The server continues if nothing reads its output.
process.stdout.on('error', () => {})
process.stderr.on('error', () => {})

// Loaded on demand: a check needs no server, production never loads the simulators, and OpenTelemetry is not installed
// without an endpoint.
const { startTracing, TracingMissingError } = config.tracesTo === null
  ? { startTracing: null, TracingMissingError: null }
  : await import('./observability/tracing.ts')
const tracing = await startTracing?.(config.tracesTo ?? '', config.proxy).catch((error: unknown) => {
  if (TracingMissingError === null || !(error instanceof TracingMissingError)) throw error
  process.stderr.write(`${error.message}\n`)
  process.exit(1)
})
const { buildApp } = await import('./app.ts')
const { describeError } = await import('fastify-roller/internal')
const { shutDownOnSignal } = await import('./http/shutdown.ts')
const sandbox = config.nango === null ? await (await import('./sandbox/service.ts')).startOnSandbox(config) : null
// without a sandbox there is a Nango
const app = await buildApp({ ...(sandbox?.options ?? { config: config as ConnectedConfig }), tracing })
  .catch((error: unknown) => {
    // Node would print every field, including an address with a password.
    process.stderr.write(`The service cannot start. ${describeError(error).stack}\n`)
    process.exit(1)
  })

for (const message of misspelledVariables(process.env)) app.log.warn(message)

shutDownOnSignal({
  app,
  delay: config.shutdownDelay,
  grace: config.shutdownGrace,
  async after (timeLeft) {
    await tracing?.close(timeLeft)
    await sandbox?.close()
  }
})
// Only now: with its last handler Node.js drops a signal that has arrived while the code above was running.
process.off('SIGTERM', quit).off('SIGINT', quit)

try {
  const url = await app.listen({ host: config.host, port: config.port })
  sandbox?.sendWebhooksTo(url)
  // Only for people: production logs are JSON, with the address logged by Fastify.
  if (sandbox !== null && config.production) app.log.warn('this is a SANDBOX with simulated data')
  if (!config.production) {
    const keys = config.keys.length > 0 || config.jwt !== null
    const demoConnectionId = sandbox?.options.exampleConnectionId ?? null
    process.stdout.write(`${banner({ url, demoConnectionId, keys, mcp: config.mcp !== null })}\n`)
  }
} catch (error) {
  const { code } = error as NodeJS.ErrnoException // node:net throws these
  process.stderr.write(code === 'EADDRINUSE'
    ? `Port ${config.port} is in use. Set PORT to another one.\n`
    : `The service cannot listen (${code ?? 'unknown error'}). Check HOST and PORT.\n`)
  await sandbox?.close()
  process.exit(1)
}
