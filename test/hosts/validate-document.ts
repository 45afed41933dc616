/** Three public validators of OpenAPI documents, which read the rules differently. */
import SwaggerParser from '@apidevtools/swagger-parser'
import { createConfig, lintFromString } from '@redocly/openapi-core'
import { Validator } from '@seriousme/openapi-schema-validator'

const redocly = createConfig({ extends: ['spec'] })

/** @returns what each of them finds wrong */
export async function documentFaults (document: object): Promise<string[]> {
  const source = JSON.stringify(document)
  const copy = (): never => JSON.parse(source) as never // they write into what they get
  const parsed = await SwaggerParser.validate(copy()).then(() => [], (error: unknown) => [`swagger-parser: ${String(error).slice(0, 500)}`])
  const { valid, errors } = await new Validator().validate(copy())
  const linted = await lintFromString({ source, config: await redocly })
  return [
    ...parsed,
    ...(valid ? [] : [`openapi-schema-validator: ${JSON.stringify(errors).slice(0, 500)}`]),
    ...linted.map(({ message, location }) => `redocly: ${message} at ${location[0]?.pointer ?? ''}`)
  ]
}
