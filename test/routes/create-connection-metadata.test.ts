import { test } from '../support/tap.ts'
import { build } from '../support/build.ts'

test('deletes a connection whose metadata cannot be written', async (t) => {
  const { app, nango } = await build(t)
  const before = nango.connections.length
  nango.faults.next({ path: /connections\/metadata/, kind: 'status', status: 500, body: { error: { code: 'generic_error_support' } } })
  const response = await app.inject(
    { method: 'POST', url: '/connections', payload: { clientId: 'one', clientSecret: 'right', metadata: { region: 'north' } } }
  )
  t.equal(response.statusCode, 502)
  t.equal(response.json().code, 'ROLLER_ERR_UNREACHABLE')
  t.equal(nango.connections.length, before)
})
