/** Parses the command line. */
import { parseArgs } from 'node:util'
import { VERSION } from 'fastify-roller/internal'
import { EXPORT_USAGE } from '../export/options.ts'

export const USAGE = `Usage: roller-sidecar [check | export OPTIONS]

  roller-sidecar          starts the service
  roller-sidecar check    tests configuration, Nango, the scopes of its key and the integration; exits with 0 or 1
  roller-sidecar export   copies reports of all venues into files; export --help shows its options

  --help, --version

Environment variables configure the service: see docs/reference.md. Each may be given as X_FILE, the path of a file with its value.
`

export type Command =
  | { readonly kind: 'serve' | 'check' }
  | { readonly kind: 'export', readonly args: readonly string[] }
  | { readonly kind: 'say', readonly text: string, readonly exitCode: number }

export function readCommand (args: readonly string[]): Command {
  // Parses its own options.
  if (args[0] === 'export') return readExport(args.slice(1))
  try {
    const { values, positionals } = parseArgs(
      { args: [...args], allowPositionals: true, options: { help: { type: 'boolean', short: 'h' }, version: { type: 'boolean' } } }
    )
    if (values.help === true) return { kind: 'say', text: USAGE, exitCode: 0 }
    if (values.version === true) return { kind: 'say', text: `${VERSION}\n`, exitCode: 0 }
    if (positionals.length === 0) return { kind: 'serve' }
    if (positionals.length === 1 && positionals[0] === 'check') return { kind: 'check' }
    return unknown(positionals.find((name, index) => index > 0 || name !== 'check'))
  } catch (error) {
    return unknown(/'(-[^'=\s]*)/.exec((error as Error).message)?.[1]) // parseArgs quotes the option that is not known
  }
}

function unknown (name: string | undefined): Command {
  return { kind: 'say', text: `${name === undefined ? '' : `Unknown argument: ${name}\n\n`}${USAGE}`, exitCode: 1 }
}

function readExport (args: readonly string[]): Command {
  return args.includes('--help') || args.includes('-h') ? { kind: 'say', text: EXPORT_USAGE, exitCode: 0 } : { kind: 'export', args }
}
