/** Fills the forms of the API explorer with working calls. Only the sandbox has such examples. */
import type { OpenAPIV3, OpenAPIV3_1 } from 'openapi-types'

/** The example values of one form. */
export interface ExampleCall {
  /** By name of the path or query parameter; other parameters stay empty. */
  readonly values?: Readonly<Record<string, string | number>>
  readonly body?: unknown
}

/** By ROLLER's method and path template, such as `GET /bookings/{uniqueId}`. */
export type ExampleCalls = Readonly<Record<string, ExampleCall>>

type Document = Partial<OpenAPIV3.Document | OpenAPIV3_1.Document>

interface Parameter { readonly in: string, readonly name: string, example?: unknown }
interface Operation {
  readonly parameters?: Parameter[], readonly requestBody?: { readonly content: Record<string, { example?: unknown }> }
}

/** Modifies the document, which is not shared. */
export function fillInExamples (document: Document, calls: ExampleCalls): Document {
  for (const [name, { values = {}, body }] of Object.entries(calls)) {
    const [method = '', path = ''] = name.split(' ')
    const operations = document.paths?.[`/roller${path}`] as Readonly<Record<string, Operation>> | undefined // as written by the routes
    const operation = operations?.[method.toLowerCase()]
    for (const parameter of operation?.parameters ?? []) {
      if (parameter.in !== 'path' && parameter.in !== 'query') continue
      if (Object.hasOwn(values, parameter.name)) parameter.example = values[parameter.name]
      else delete parameter.example // the contract's examples do not exist at this venue
    }
    if (body !== undefined) for (const media of Object.values(operation?.requestBody?.content ?? {})) media.example = body
  }
  return document
}
