import { test } from '../support/tap.ts'
import { start } from './roller-fixture.ts'

test('creates, changes and deletes a staff account', async (t) => {
  const { roller, call } = await start(t)
  const request = { roleId: 1203, firstName: 'Sam', lastName: 'Reed', email: 'sam.reed@example.com', posPin: '9911' }
  const made = await call('POST', '/staff', request)
  t.match(made, { status: 201, body: { uniqueId: String, hasVerifiedEmail: false, isLocked: false } })
  t.notOk('posPin' in made.body, 'the PIN is never published')
  t.equal((await call('POST', '/staff', { ...request, email: 'x@example.com' })).status, 409, 'the PIN is taken')
  t.equal((await call('POST', '/staff', { roleId: 1203, firstName: 'No', lastName: 'Login' })).status, 409)
  t.equal((await call('POST', '/staff', { roleId: 1203 })).status, 400)
  const path = `/staff/${made.body['uniqueId'] as string}`
  t.match((await call('PUT', path, { ...request, displayName: 'Sammy' })).body, { displayName: 'Sammy' })
  t.equal((await call('POST', `${path}/send-invitation`)).status, 200)
  t.equal((await call('POST', `${path}/lock`)).status, 200)
  t.equal((await call('POST', `${path}/lock`)).status, 409)
  t.equal((await call('POST', `${path}/unlock`)).status, 409, 'the address was never verified')
  t.equal((await call('DELETE', path)).status, 200)
  t.equal((await call('GET', path)).status, 404)

  const verified = [...roller.venue('demo').staff.keys()][0] ?? ''
  t.equal((await call('POST', `/staff/${verified}/send-invitation`)).status, 409)
  await call('POST', `/staff/${verified}/lock`)
  t.equal((await call('POST', `/staff/${verified}/unlock`)).status, 200)
})
