/** Tables of the documents, made from the schemas and catalogues that the code itself uses. */
import type { TSchema } from '@sinclair/typebox'
import { catalogue } from '../plugin/errors.ts'
import { Options } from '../plugin/options.ts'
import { environmentSchema } from '../service/config.ts'
import { rows as faultRows } from '../test/faults/rows.ts'

export interface Table {
  readonly head: readonly string[]
  readonly rows: readonly (readonly string[])[]
}

export const tables: Readonly<Record<string, () => Table>> = { options, environment, errors, faults }

export function renderTable ({ head, rows }: Table): string {
  const line = (cells: readonly string[]): string => `| ${cells.map((cell) => cell.replaceAll('|', '\\|').replaceAll('\n', ' ')).join(' | ')} |\n`
  return line(head) + line(head.map(() => '---')) + rows.map(line).join('')
}

/** Not for users: they say so themselves. */
const FOR_TESTS = /, for tests\.$/

function options (): Table {
  return { head: ['Option', 'Default', 'Meaning'], rows: rowsOf(Options, '').filter(([, , meaning]) => !FOR_TESTS.test(meaning ?? '')) }
}

function environment (): Table {
  const required = new Set<string>(environmentSchema.required ?? [])
  return {
    head: ['Variable', 'Default', 'Meaning'],
    rows: Object.entries<TSchema>(environmentSchema.properties).map(([name, schema]) => [code(name), defaultOf(schema, required.has(name)), String(schema.description)])
  }
}

function errors (): Table {
  return {
    head: ['Code', 'Status', 'Who acts', 'When', 'What to do'],
    rows: Object.entries(catalogue).map(([name, { status, layer, title, hint }]) => [code(name), String(status), layer, title, hint])
  }
}

function faults (): Table {
  return {
    head: ['Who', 'fails how', 'Call', 'Through Nango', 'Direct'],
    rows: faultRows.map(({ who, how, call, seen }) => [who, how, call, ...(typeof seen === 'string' ? [seen, seen] : [seen.nango, seen.direct])])
  }
}

function rowsOf (schema: TSchema, path: string): string[][] {
  const required = new Set<string>(schema.required ?? [])
  return Object.entries<TSchema>(schema.properties ?? {}).flatMap(([key, field]) => {
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
