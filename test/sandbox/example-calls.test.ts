/** Every operation has a working call on the sandbox's demo venue, used in the forms of the API explorer. */
import { test } from '../support/tap.ts'
import { operations } from '#plugin/operations/operations.js'
import { makeExampleCalls } from '#service/sandbox/example-calls.js'
import { site } from '../browser/fixture.ts'

interface Parameter { readonly in: string, readonly name: string, readonly required?: boolean, readonly example?: unknown }
interface Described {
  readonly parameters?: readonly Parameter[], readonly requestBody?: { readonly content: Record<string, { readonly example?: unknown }> }
}

test('runs the example call of each operation', async (t) => {
  const served = await site(t, { exampleCalls: (roller) => makeExampleCalls(roller) })
  const { paths } = await (await fetch(`${served.url}/openapi.json`)).json() as { paths: Record<string, Record<string, Described>> }
  const query = paths['/roller/bookings']?.['get']?.parameters?.filter(({ in: place }) => place === 'query')
  const filledIn = query?.filter(({ example }) => example !== undefined).map(({ name }) => name)
  t.same(filledIn, ['keywords'], 'with no other examples, which the demo venue may not have')
  for (const key of Object.keys(operations)) {
    const [method = '', path = ''] = key.split(' ')
    const operation = paths[`/roller${path}`]?.[method.toLowerCase()]
    if (operation === undefined) { t.fail(`${key} is not in the document`); continue }
    let url = `/roller${path}`
    const query = new URLSearchParams()
    for (const { in: place, name, required, example } of operation.parameters ?? []) {
      if (place === 'path') url = url.replace(`{${name}}`, encodeURIComponent(String(example)))
      if (place === 'query' && example !== undefined) query.set(name, String(example))
      if (place !== 'header' && required === true) t.ok(example !== undefined, `${key}: ${name} is filled in`)
    }
    const body = operation.requestBody?.content['application/json']?.example
    const response = await fetch(`${served.url}${url}?${query}`, {
      method,
      headers: { 'connection-id': 'demo-venue', ...(body !== undefined && { 'content-type': 'application/json' }) },
      ...(body !== undefined && { body: JSON.stringify(body) })
    })
    t.ok(response.ok, `${key}: ${response.status} ${response.ok ? '' : await response.text()}`)
  }
})
