import { parseArgs } from 'node:util'
import type { SandboxOptions } from './index.ts'
import { UUID_V4 } from './nango/auth.ts'

export const USAGE = `Usage: roller-sandbox [options]

Runs a simulated Nango and a simulated ROLLER with one connected venue, until it is stopped. Its data is in memory.

  --port <port>             Nango's port (default: any free one)
  --connect-ui-port <port>  the port of the Connect UI page (default: any free one)
  --roller-port <port>      ROLLER's port (default: any free one)
  --host <host>             where all three listen (default: 127.0.0.1)
  --secret-key <uuid>       Nango's API key, a UUID v4 (default: a random one)
  --send-webhooks-to <url>  the app that gets Nango's webhooks, at <url>/webhooks/nango
  --seed <number>           seed of the sample data (default: 1)
  --json                    prints one line of JSON
  --help, --version
`

const text = { type: 'string' } as const
const flag = { type: 'boolean', default: false } as const

export type Command =
  | { readonly kind: 'help' | 'version' }
  | { readonly kind: 'run', readonly options: SandboxOptions, readonly json: boolean, readonly sendWebhooksTo: string | undefined }

/** An invalid command line. */
export class UsageError extends Error {}

export function readCommand (args: string[]): Command {
  const { help, version, json, host, seed, 'secret-key': secretKey, 'send-webhooks-to': sendWebhooksTo, ...ports } = parse(args)
  if (help || version) return { kind: help ? 'help' : 'version' }
  if (secretKey !== undefined && !UUID_V4.test(secretKey)) throw new UsageError('--secret-key must be a UUID v4')
  if (sendWebhooksTo !== undefined && !(/^https?:\/\//i.test(sendWebhooksTo) && URL.canParse(sendWebhooksTo))) {
    throw new UsageError('--send-webhooks-to must be a URL that begins with http:// or https://')
  }
  return {
    kind: 'run',
    json,
    sendWebhooksTo,
    options: {
      ...(host !== undefined && { host }),
      ...(secretKey !== undefined && { secretKey }),
      ...(seed !== undefined && { seed: integer('--seed', seed, Number.MAX_SAFE_INTEGER) }),
      port: integer('--port', ports.port ?? '0', 65_535),
      connectUiPort: integer('--connect-ui-port', ports['connect-ui-port'] ?? '0', 65_535),
      rollerPort: integer('--roller-port', ports['roller-port'] ?? '0', 65_535)
    }
  }
}

function parse (args: string[]) {
  try {
    return parseArgs({
      args,
      options: {
        port: text,
        'connect-ui-port': text,
        'roller-port': text,
        host: text,
        'secret-key': text,
        'send-webhooks-to': text,
        seed: text,
        json: flag,
        help: flag,
        version: flag
      }
    }).values
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error))
  }
}

function integer (name: string, given: string, max: number): number {
  const value = Number(given)
  if (!/^\d+$/.test(given) || value > max) throw new UsageError(`${name} must be a whole number from 0 to ${max}`)
  return value
}
