/** The id of a venue is not known until the first call of its connection has verified it. */
import t from '../support/tap.ts'

import { callsAtRoller } from '../support/build.ts'
import { callTool, startMcp } from './fixture.ts'

t.test('a call that names no venue is rejected while a second venue is not verified', async (t) => {
  const mcp = await startMcp(t, { options: { identify: () => ({ connections: ['demo-venue', 'second'] }) } })
  mcp.nango.addConnection({ connectionId: 'second', clientId: 'second', clientSecret: 'another-secret' })
  const client = await mcp.connect()
  const call = { operation: 'GET /venues/me' }
  t.equal((await callTool(client, 'read_roller', call)).data.code, 'ROLLER_ERR_CONNECTION_REQUIRED')
  t.same(callsAtRoller(mcp), [])
  const { id } = mcp.roller.venue('demo')
  t.match((await callTool(client, 'read_roller', { ...call, venue: String(id) })).data, { data: { id } })
})
