/** A confirmation whose use cannot be recorded could be used twice, so the call is not sent. */
import t from '../support/tap.ts'
import { callsAtRoller } from '../support/build.ts'
import { ACCEPT, callTool, startMcp } from './fixture.ts'

t.test('sends no confirmed call while Redis is down', async (t) => {
  const fail = async (): Promise<never> => { throw new Error('connect ECONNREFUSED 10.1.2.3:6379') }
  const mcp = await startMcp(t, { options: { redis: { eval: fail, evalsha: fail } } })
  const client = await mcp.connect({ person: () => ACCEPT })
  const call = { operation: 'DELETE /bookings/{uniqueId}', path: { uniqueId: 'b-1' } }
  t.match(await callTool(client, 'write_roller', call), { isError: true, data: { code: 'ROLLER_ERR_REDIS_UNAVAILABLE', status: 503 } })
  t.same(callsAtRoller(mcp).filter(({ method }) => method === 'DELETE'), [])
})
