/** Tables and lists of the documents, made from the schemas and catalogs that the code itself uses. */
import { readFileSync } from 'node:fs'
import type { TSchema } from '@sinclair/typebox'
import { errorDefinitions, type ErrorCode } from '#plugin/errors.js'
import { keyScopes } from '#plugin/nango/key-rights.js'
import { Options } from '#plugin/options.js'
import { operationGroups } from '#plugin/operations/operation-groups.js'
import { Environment, securityVariables } from '#service/config/environment.js'
import { rows as faultRows } from '../test/faults/rows.ts'
import { dependencyReasons } from './dependency-reasons.ts'
import { errorCauses } from './error-causes.ts'

export interface Table {
  readonly head: readonly string[]
  readonly rows: readonly (readonly string[])[]
}

/** A text is Markdown as it is. */
export const tables: Readonly<Record<string, () => Table | string>> = {
  options,
  'main-options': () => only(options(), MAIN_OPTIONS),
  environment,
  'main-environment': () => only(environment(), MAIN_VARIABLES),
  'security-variables': () => `${[...securityVariables].map(code).join(', ')}.\n`,
  errors,
  'error-sections': errorSections,
  faults,
  'key-scopes': scopes,
  dependencies,
  'operation-groups': groups
}

/** What a reader meets first; all of them are in docs/options.md and docs/environment.md. */
const MAIN_OPTIONS = [
  'nango.secretKey', 'nango.host', 'authorize', 'identify', 'connection', 'prefix', 'transport', 'environment', 'connectPage', 'publicUrl',
  'rollerWebhookSecrets', 'onEvent',
  'redis', 'readOnly', 'operations', 'cache'
]
const MAIN_VARIABLES = [
  'NANGO_SECRET_KEY', 'NANGO_HOST', 'API_KEYS', 'HOST', 'PORT', 'PUBLIC_URL', 'NANGO_WEBHOOK_SIGNING_KEY', 'ROLLER_WEBHOOK_SECRET',
  'WEBHOOK_TARGET_URL', 'WEBHOOK_TARGET_SECRET', 'REDIS_URL', 'REPLICAS', 'ROLLER_TRANSPORT', 'ROLLER_READ_ONLY', 'CACHE'
]

export function render (block: Table | string): string {
  return typeof block === 'string' ? block : renderTable(block)
}

function renderTable ({ head, rows }: Table): string {
  const line = (
    cells: readonly string[]
  ): string => `| ${cells.map((cell) => cell.replaceAll('|', '\\|').replaceAll('\n', ' ')).join(' | ')} |\n`
  return line(head) + line(head.map(() => '---')) + rows.map(line).join('')
}

function options (): Table {
  return { head: ['Option', 'Default', 'Meaning'], rows: rowsOf(Options, '') }
}

function environment (): Table {
  const required = new Set<string>(Environment.required ?? [])
  return {
    head: ['Variable', 'Default', 'Meaning'],
    rows: Object.entries<TSchema>(Environment.properties).map(
      ([name, schema]) => [code(name), defaultOf(schema, required.has(name)), String(schema.description)]
    )
  }
}

function errors (): Table {
  return {
    head: ['Code', 'Status', 'Who acts', 'When'],
    // Anchors are GitHub's: the heading in lower case.
    rows: Object.entries(errorDefinitions).map(
      ([name, { status, layer, title }]) => [`[${code(name)}](docs/errors.md#${name.toLowerCase()})`, String(status), layer, title]
    )
  }
}

function errorSections (): string {
  const codes = Object.keys(errorDefinitions) as ErrorCode[] // a literal's own keys
  return codes.map((name) => {
    const { status, layer, title, hint } = errorDefinitions[name]
    return `\n## ${name}\n\n${title}.\n\n- **Status:** ${status}\n- **Who acts:** ${layer}\n- **When:** ${errorCauses[name]}\n- **What ` +
      `to do:** ${hint}\n`
  }).join('') + '\n'
}

function scopes (): Table {
  return {
    head: ['Scope of the Nango key', 'For', 'Transport `nango`', 'Transport `direct`'],
    rows: keyScopes.map(({ scope, purpose, neededBy }) => [
      code(scope), purpose, ...(['nango', 'direct'] as const).map((transport) => neededBy.includes(transport) ? 'needed' : 'optional')
    ])
  }
}

function dependencies (): Table {
  const names = ['plugin', 'service'].flatMap((folder) => {
    const file = new URL(import.meta.resolve(`#root/${folder}/package.json`))
    const { dependencies, optionalDependencies } = JSON.parse(readFileSync(file, 'utf8')) as Record<string, Record<string, string>>
    return Object.keys({ ...dependencies, ...optionalDependencies })
  })
  return {
    head: ['Package', 'For', 'Why'],
    rows: [...new Set(names)].filter((name) => name !== 'fastify-roller' && name !== 'roller-sandbox').sort().map((name) => {
      const reason = dependencyReasons[name]
      if (reason === undefined) {
        throw new Error(`${name} is a dependency, and nothing says why: add it to docs/dependency-reasons.ts, or take it out`)
      }
      return [code(name), reason.part, reason.why]
    })
  }
}

function groups (): Table {
  return {
    head: ['Group', 'Operations'],
    rows: Object.entries(operationGroups).map(([name, operations]) => [code(name), operations.map(code).join(', ')])
  }
}

/** These rows, in this order. */
function only ({ head, rows }: Table, names: readonly string[]): Table {
  return {
    head,
    rows: names.map((name) => {
      const row = rows.find(([cell]) => cell === code(name))
      if (row === undefined) throw new Error(`${name} is in no table any more`)
      return row
    })
  }
}

function faults (): Table {
  return {
    head: ['Who', 'fails how', 'Call', 'Through Nango', 'Direct'],
    rows: faultRows.map(
      ({ who, how, call, seen }) => [who, how, call, ...(typeof seen === 'string' ? [seen, seen] : [seen.nango, seen.direct])]
    )
  }
}

function rowsOf (schema: TSchema, path: string): string[][] {
  const required = new Set<string>(schema.required ?? [])
  return Object.entries<TSchema>(schema.properties ?? {}).flatMap(([key, field]) => {
    if (field.internal === true) return [] // no host sets it
    const name = path + key
    // A group is the sum of its parts; what has a meaning of its own is one option.
    return isGroup(field) ? rowsOf(field, `${name}.`) : [[code(name), defaultOf(field, required.has(key)), String(field.description)]]
  })
}

function isGroup (schema: TSchema): boolean {
  const fields = Object.keys(schema.properties ?? {})
  return schema.type === 'object' && fields.length > 0 && schema.description === undefined
}

function defaultOf (schema: TSchema, required: boolean): string {
  if (schema.default !== undefined) return code(String(schema.default))
  return required ? 'required' : ''
}

function code (text: string): string { return `\`${text}\`` }
