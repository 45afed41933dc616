/** The environment as typed values: files read, numbers and booleans converted, defaults added. */
import { readFileSync } from 'node:fs'
import type { TSchema } from '@sinclair/typebox'
import { Value } from '@sinclair/typebox/value'
import { Environment, securityVariables } from './environment.ts'

type Source = Readonly<Record<string, string | undefined>>

/** An invalid variable is left out, so that the other checks can run. */
export function readEnvironment (source: Source, faults: string[]): Environment {
  const values = readFiles(source, faults)
  const environment: Record<string, unknown> = {}
  for (const [name, schema] of Object.entries<TSchema>(Environment.properties)) {
    const text = values[name]
    const value = text === undefined ? undefined : fromText(schema, text)
    if (value !== undefined && !Value.Check(schema, value)) {
      faults.push(`${name} must be ${expected(schema)}. Example: ${name}=${String(schema.examples[0])}`)
    } else if (value !== undefined) environment[name] = value
    if (environment[name] === undefined && schema.default !== undefined) environment[name] = schema.default
  }
  return environment as Environment // each was checked by its schema
}

/**
 * `X_FILE` names a file that contains `X`, the usual form of container secrets. An empty value counts as unset; for a security setting it
 * is an error.
 */
function readFiles (source: Source, faults: string[]): Record<string, string> {
  const values: Record<string, string> = {}
  for (const name of Object.keys(Environment.properties) as (keyof Environment)[]) { // a literal's own keys
    const value = (inLowerCase(source, name) ?? source[name])?.trim()
    const file = source[`${name}_FILE`]?.trim()
    if (securityVariables.has(name)) {
      if (value === '') faults.push(emptyFault(name, name))
      if (file === '') faults.push(emptyFault(`${name}_FILE`, name))
    }
    if (value !== undefined && value !== '') values[name] = value
    if (file === undefined || file === '') continue
    if (values[name] !== undefined) {
      faults.push(`${name} and ${name}_FILE are both set. Remove one of them from the environment. ${fileExample(name)}`)
      continue
    }
    try {
      const content = readFileSync(file, 'utf8').trim()
      // An empty file is an error, not an unset variable.
      if (content === '') faults.push(`${name}_FILE is the path of an empty file. ${fileExample(name)}`)
      else values[name] = content
    } catch (error) {
      // node:fs throws these
      faults.push(
        `${name}_FILE is the path of an unreadable file (${(error as NodeJS.ErrnoException).code ?? 'unknown error'}). ${fileExample(name)}`
      )
    }
  }
  return values
}

/** Variables that other programs read as well: the lower-case name takes precedence, as with curl. */
function inLowerCase (source: Source, name: string): string | undefined {
  return name.endsWith('_PROXY') && name !== 'TRUST_PROXY' ? source[name.toLowerCase()] : undefined
}

function fromText ({ type }: TSchema, text: string): unknown {
  if (type === 'integer') return /^-?\d{1,15}$/.test(text) ? Number(text) : text
  if (type === 'boolean') return text === 'true' || (text === 'false' ? false : text)
  return text
}

function expected ({ type, minimum, maximum, anyOf, const: only, expected }: TSchema): string {
  if (expected !== undefined) return String(expected)
  if (type === 'boolean') return 'true or false'
  if (type === 'integer') {
    return maximum === undefined ? `a whole number of at least ${minimum}` : `a whole number from ${minimum} to ${maximum}`
  }
  if (anyOf !== undefined) return `one of: ${(anyOf as { const: string }[]).map((one) => one.const).join(', ')}` // a union of literals
  return only === undefined ? 'a text' : String(only)
}

function emptyFault (given: string, name: keyof Environment): string {
  const example = given === name ? `Example: ${name}=${String(Environment.properties[name].examples?.[0] ?? '…')}` : fileExample(name)
  return `${given} is set but empty. A security setting must have a value: set one, or remove the variable. ${example}`
}

function fileExample (name: string): string { return `Example: ${name}_FILE=/run/secrets/${name.toLowerCase().replaceAll('_', '-')}` }
