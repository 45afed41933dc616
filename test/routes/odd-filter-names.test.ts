/** A filter of any name is applied or rejected: one that were left out would list the connections of all tenants. */
import { test } from '../support/tap.ts'
import { build } from '../support/build.ts'

for (const query of ['tags[__proto__]=acme', '__proto__=acme', 'tags[constructor]=acme', 'constructor=acme']) {
  test(query, async (t) => {
    const { app } = await build(t)
    const response = await app.inject(`/connections?${query}`)
    if (response.statusCode === 400) t.match(response.json(), { code: 'ROLLER_ERR_VALIDATION' })
    else t.same(response.json(), { connections: [], nextPage: null })
  })
}
