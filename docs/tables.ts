/** Tables and lists of the documents, generated from the schemas and catalogs of the code. */
import { readFileSync } from 'node:fs'
import type { TSchema } from '@sinclair/typebox'
import { errorDefinitions, type ErrorCode } from '#plugin/errors.js'
import { keyScopes } from '#plugin/nango/key-rights.js'
import { Options } from '#plugin/options.js'
import { operationGroups } from '#plugin/operations/operation-groups.js'
import { rollerEvents } from '#plugin/webhooks/roller-events.js'
import { Environment, securityVariables } from '#service/config/environment.js'
import { rows as faultRows } from '../test/faults/rows.ts'
import { hostCalls, hostRows } from '../test/hosts/matrix.ts'
import { dependencyReasons } from './dependency-reasons.ts'
import { errorCauses } from './error-causes.ts'

export interface Table {
  readonly head: readonly string[]
  readonly rows: readonly (readonly string[])[]
}

/** Text is Markdown already. */
export const tables: Readonly<Record<string, () => Table | string>> = {
  options,
  environment,
  'main-settings': mainSettings,
  'security-variables': () => `${wrap(`${[...securityVariables].map(code).join(', ')}.`)}\n`,
  errors,
  'main-errors': mainErrors,
  'error-sections': errorSections,
  events,
  faults,
  hosts,
  'host-calls': () => `${wrap(`${hostCalls.join(', ')}.`)}\n`,
  'key-scopes': scopes,
  dependencies,
  'operation-groups': groups
}

/**
 * The most used settings: option of the plugin, variable of the service. The meaning comes from the option, otherwise from the variable.
 */
const MAIN_SETTINGS = [
  ['nango.secretKey', 'NANGO_SECRET_KEY'], ['nango.host', 'NANGO_HOST'], ['nango.webhookSigningKeys', 'NANGO_WEBHOOK_SIGNING_KEY'],
  ['authorize', ''], ['identify', ''], ['', 'API_KEYS'], ['connection', 'ROLLER_CONNECTION_ID'], ['transport', 'ROLLER_TRANSPORT'],
  ['environment', 'ROLLER_ENVIRONMENT'], ['connectPage', ''], ['publicUrl', 'PUBLIC_URL'],
  ['rollerWebhookSecrets', 'ROLLER_WEBHOOK_SECRET'], ['', 'WEBHOOK_TARGET_URL'], ['redis', 'REDIS_URL'], ['readOnly', 'ROLLER_READ_ONLY']
] as const
const MAIN_ERRORS: readonly ErrorCode[] = [
  'ROLLER_ERR_VALIDATION', 'ROLLER_ERR_CONNECTION_REQUIRED', 'ROLLER_ERR_CONNECTION_UNKNOWN', 'ROLLER_ERR_CREDENTIALS_REJECTED',
  'ROLLER_ERR_ACCESS_DENIED', 'ROLLER_ERR_RATE_LIMITED', 'ROLLER_ERR_COOLING_OFF', 'ROLLER_ERR_NANGO_REJECTED'
]

export function render (block: Table | string): string {
  return typeof block === 'string' ? block : renderTable(block)
}

function renderTable ({ head, rows }: Table): string {
  const line = (
    cells: readonly string[]
  ): string => `| ${cells.map((cell) => cell.replaceAll(/[|*]/g, '\\$&').replaceAll('\n', ' ')).join(' | ')} |\n`
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
    head: ['Code', 'Status', 'Responsible', 'Condition'],
    rows: Object.entries(errorDefinitions).map(([name, { status, layer, title }]) => [linked(name, ''), String(status), layer, title])
  }
}

function mainErrors (): Table {
  return {
    head: ['Code', 'Status', 'Condition', 'What to do'],
    rows: MAIN_ERRORS.map((name) => {
      const { status, title, hint } = errorDefinitions[name]
      return [linked(name, 'docs/errors.md'), String(status), title, hint]
    })
  }
}

/** GitHub's anchors: the heading in lower case. */
function linked (name: string, page: string): string { return `[${code(name)}](${page}#${name.toLowerCase()})` }

function errorSections (): string {
  const codes = Object.keys(errorDefinitions) as ErrorCode[] // the keys of a literal
  return codes.map((name) => {
    const { status, layer, title, hint } = errorDefinitions[name]
    const items = [['Status', String(status)], ['Responsible', layer], ['Cause', errorCauses[name]], ['What to do', hint]]
    return `\n## ${name}\n\n${title}.\n\n${items.map(([key, text]) => `- ${wrap(`**${key}:** ${text}`, '  ')}\n`).join('')}`
  }).join('') + '\n'
}

function scopes (): Table {
  return {
    head: ['Scope of the Nango key', 'For', 'Transport `nango`', 'Transport `direct`'],
    rows: keyScopes.map(({ scope, purpose, neededBy }) => [
      code(scope), purpose, ...(['nango', 'direct'] as const).map((transport) => neededBy.includes(transport) ? 'required' : 'optional')
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

function mainSettings (): Table {
  const rows = new Map([...options().rows, ...environment().rows].map((row) => [row[0], row]))
  return {
    head: ['Option of the plugin', 'Variable of the service', 'Default', 'Meaning'],
    rows: MAIN_SETTINGS.map(([option, variable]) => {
      const names = [option, variable].map((name) => name === '' ? '' : code(name))
      const [, fallback = '', meaning = ''] = rows.get(names.find((name) => name !== '')) ?? []
      if (names.some((name) => name !== '' && !rows.has(name))) throw new Error(`${option || variable} is in no table any more`)
      return [...names, fallback, meaning]
    })
  }
}

function events (): Table {
  return {
    head: ['Event', '`type`', '`eventType`'],
    rows: Object.entries(rollerEvents).flatMap(
      ([kind, { type, events }]) => events.map((event) => [code(`${kind}.${event.toLowerCase()}`), code(type), code(event)])
    )
  }
}

function faults (): Table {
  return {
    head: ['Component', 'Fault', 'Call', 'Transport `nango`', 'Transport `direct`'],
    rows: faultRows.map(
      ({ who, how, call, seen }) => [who, how, call, ...(typeof seen === 'string' ? [seen, seen] : [seen.nango, seen.direct])]
    )
  }
}

function rowsOf (schema: TSchema, path: string): string[][] {
  const required = new Set<string>(schema.required ?? [])
  return Object.entries<TSchema>(schema.properties ?? {}).flatMap(([key, field]) => {
    if (field.internal === true) return [] // hosts do not set it
    const name = path + key
    // A group is described by its parts; an option with a meaning of its own is one row.
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

/** Breaks at spaces, with no line over 138 characters where a word allows it. */
function wrap (text: string, indent = ''): string {
  return text.split(' ').reduce(({ out, width }, word) => width + 1 + word.length > 136
    ? { out: `${out}\n${indent}${word}`, width: indent.length + word.length }
    : { out: out === '' ? word : `${out} ${word}`, width: width + 1 + word.length }, { out: '', width: 0 }).out
}

function code (text: string): string { return `\`${text}\`` }

function hosts (): Table {
  return {
    head: ['Fastify', 'Modules', 'Server', 'Plugins of the host', 'Registered'],
    rows: hostRows.map(({ fastify, modules, server, plugins, order }) => [
      fastify, modules, server, plugins.map((name) => code(`@fastify/${name}`)).join(', '), `${order} this plugin`
    ])
  }
}
