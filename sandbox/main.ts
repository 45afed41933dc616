/** The process: parses the command line, prints addresses and keys. */
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { readCommand, USAGE, UsageError, type Command } from './command-line.ts'
import { startSandbox, type Sandbox } from './index.ts'

// Process 1 of a container ignores a signal without a handler.
const stopped = Promise.race([once(process, 'SIGINT'), once(process, 'SIGTERM')])

function describe ({ nango, roller, secretKey, webhookSigningKey, connectionId }: Sandbox, json: boolean): string {
  const facts = {
    nangoUrl: nango.url, secretKey, webhookSigningKey, connectUiUrl: nango.connectUiUrl, rollerUrl: roller.url, connectionId
  }
  if (json) return JSON.stringify(facts)
  return `roller-sandbox: a simulated Nango and ROLLER. All data is simulated.

  Nango                ${facts.nangoUrl}
  Secret key           ${facts.secretKey}
  Webhook signing key  ${facts.webhookSigningKey}
  Connect UI           ${facts.connectUiUrl}
  ROLLER               ${facts.rollerUrl}
  Connected venue      ${facts.connectionId}

Stop it with Ctrl+C.`
}

async function run ({ options, json, sendWebhooksTo }: Extract<Command, { kind: 'run' }>): Promise<void> {
  const sandbox = await startSandbox(options)
  if (sendWebhooksTo !== undefined) sandbox.sendWebhooksTo(sendWebhooksTo)
  process.stdout.write(`${describe(sandbox, json)}\n`)
  await stopped
  await sandbox.close()
}

function version (): string {
  const { version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as { version: string }
  return version
}

try {
  const command = readCommand(process.argv.slice(2))
  if (command.kind === 'run') await run(command)
  else process.stdout.write(command.kind === 'help' ? USAGE : `${version()}\n`)
} catch (error) {
  const isUsage = error instanceof UsageError
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n${isUsage ? `\n${USAGE}` : ''}`)
  process.exitCode = isUsage ? 2 : 1
}
