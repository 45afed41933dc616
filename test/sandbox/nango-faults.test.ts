import { test } from '../support/tap.ts'
import { setup } from './nango-fixture.ts'

test('applies a fault once, to its path', async (t) => {
  const { call, nango } = await setup(t)
  nango.faults.next({ path: /^\/connections/, kind: 'status', status: 503, headers: { 'retry-after': '5' }, body: { down: true } })
  t.equal((await call('/health')).status, 200)
  const { status, headers, text } = await call('/connections')
  t.match({ status, text, after: headers['retry-after'] }, { status: 503, text: '{"down":true}', after: '5' })
  t.equal((await call('/connections')).status, 200)
})

test('applies a permanent fault until it is cleared', async (t) => {
  const { call, nango } = await setup(t)
  nango.faults.always({ kind: 'html', status: 502 })
  for (let count = 0; count < 2; count++) t.match((await call('/health')).headers, { 'content-type': 'text/html' })
  nango.faults.always(null)
  t.equal((await call('/health')).status, 200)
})

for (const kind of ['reset', 'reset-after-headers', 'cut', 'garbage'] as const) {
  test(`breaks the call with ${kind}`, async (t) => {
    const { call, nango } = await setup(t)
    nango.faults.next({ kind })
    await t.rejects(call('/health'))
    t.equal((await call('/health')).status, 200)
  })
}

test('sends slow and trickling responses completely', async (t) => {
  const { call, nango } = await setup(t)
  nango.faults.next({ kind: 'slow', delay: 20 })
  t.same((await call('/health')).json, { result: 'ok' })
  nango.faults.next({ kind: 'trickle', every: 1, body: 'drip' })
  t.equal((await call('/health')).text, 'drip')
})

test('never responds with hang, until it is closed', async (t) => {
  const { call, nango } = await setup(t)
  nango.faults.next({ kind: 'hang' })
  const hanging = t.rejects(call('/health'))
  setTimeout(() => { nango.close().catch(() => {}) }, 20)
  await hanging
})
