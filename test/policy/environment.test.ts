/** Environment variables that deny operations. */
import { test } from '../support/tap.ts'
import { callsAtRoller, VENUE } from '../support/build.ts'
import { service } from '../service/fixture.ts'

test('supports read-only mode, denied groups and an allow list', async (t) => {
  const cases: [env: Record<string, string>, open: string[], closed: string[]][] = [
    [{ ROLLER_READ_ONLY: 'true' }, ['GET /products', 'GET /sandbox/echo'], ['POST /giftcards', 'POST /sandbox/echo']],
    [
      { ROLLER_OPERATIONS_DENY: 'money-moving,staff-accounts' }, ['GET /products', 'POST /discounts'],
      ['POST /giftcards', 'GET /staff/x', 'GET /sandbox/echo']
    ],
    [{ ROLLER_OPERATIONS_ALLOW: 'Products' }, ['GET /products'], ['GET /venues/me', 'GET /sandbox/echo']]
  ]
  for (const [env, open, closed] of cases) {
    const built = await service(t, env)
    const call = async (name: string) => {
      const [method = '', path = ''] = name.split(' ')
      // GET or POST
      return await built.app.inject(
        { method: method as 'GET', url: `/roller${path}`, headers: VENUE, ...(method === 'POST' && { payload: {} }) }
      )
    }
    for (const name of closed) {
      t.match((await call(name)).json(), { status: 403, code: 'ROLLER_ERR_OPERATION_FORBIDDEN' }, `${JSON.stringify(env)} ${name}`)
    }
    t.same(callsAtRoller(built), [], 'nothing reached ROLLER')
    for (const name of open) t.not((await call(name)).statusCode, 403, `${JSON.stringify(env)} ${name}`)
  }
})
