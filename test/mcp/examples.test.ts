/** What describe_operation returns as `example`. */
import t from '../support/tap.ts'

import { operations } from '#plugin/operations/operations.js'
import { catalogOperations, writeTarget } from '#plugin/client/client.js'
import { validateCall } from '#plugin/operations/validate.js'
import { exampleOf } from '#plugin/mcp/schema-text.js'
import type { TSchema } from '#plugin/operations/schema.js'

const exampleOr = <T>(schema: TSchema | undefined, other: T): T => schema === undefined ? other : exampleOf(schema) as T

t.test('the example of every operation has values that its schema takes', (t) => {
  for (const entry of catalogOperations(operations).values()) {
    const { params, query, body } = entry.operation
    const [path = '', ...rest] = writeTarget(entry.template, exampleOr(params, {}), exampleOr(query, {})).split('?')
    const bytes = body === undefined ? null : Buffer.from(JSON.stringify(exampleOf(body)))
    t.same(validateCall(entry, { path, query: rest.map((text) => `?${text}`).join(''), headers: [], body: bytes }), [], entry.name)
  }
  t.end()
})
