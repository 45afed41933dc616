/** Validation of the plugin's own routes, with the checks and messages of calls to ROLLER. */
import { Value } from '@sinclair/typebox/value'
import { TypeGuard, type TSchema } from '@sinclair/typebox'
import type { FastifySchemaCompiler } from 'fastify'
import { RollerError } from '../errors.ts'
import { validateValue } from '../operations/validate.ts'

/** By Fastify's name of the part of a request. */
const POINTER_ROOT: Readonly<Record<string, string>> = {
  body: '/body', querystring: '/query', params: '/params', headers: '/headers'
}

/** @returns the value; texts of a URL are converted to numbers and booleans where the schema requires them */
export const compileValidator: FastifySchemaCompiler<TSchema> = ({ schema, httpPart = 'body' }) => {
  if (!TypeGuard.IsSchema(schema)) {
    // An onRoute hook of the host wrote it, as plain JSON Schema. Headers are also checked where they are read.
    if (httpPart === 'headers') return () => true
    throw new TypeError(`an onRoute hook replaced the schema of ${httpPart} on a route of fastify-roller`)
  }
  return (value: unknown) => {
    const converted = httpPart === 'body' ? value : Value.Convert(schema, value)
    const errors = validateValue(schema, converted, POINTER_ROOT[httpPart] ?? '')
    return errors.length === 0 ? { value: converted } : { error: new RollerError('ROLLER_ERR_VALIDATION', { errors }) }
  }
}
