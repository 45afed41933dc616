/** A confirmation whose use cannot be recorded could be used twice, so the call is not sent. */
import t from '../support/tap.ts'
import { callsAtRoller } from '../support/build.ts'
import { ACCEPT, callTool, startMcp } from './fixture.ts'

t.test('sends no confirmed call while Redis is down', async (t) => {
  let isDown = false
  const reply = async (): Promise<number> => {
    if (isDown) throw new Error('connect ECONNREFUSED 10.1.2.3:6379')
    return 1
  }
  const mcp = await startMcp(t, { options: { redis: { eval: reply, evalsha: reply } } })
  const questions: string[] = []
  const client = await mcp.connect({
    person: (message) => {
      questions.push(message)
      isDown = true
      return ACCEPT
    }
  })
  const call = { operation: 'DELETE /bookings/{uniqueId}', path: { uniqueId: 'b-1' } }
  for (const when of ['after the question', 'before it']) {
    const result = await callTool(client, 'write_roller', call)
    t.match(result, { isError: true, data: { code: 'ROLLER_ERR_REDIS_UNAVAILABLE', status: 503 } }, when)
  }
  t.equal(questions.length, 1, 'no question without Redis')
  t.same(callsAtRoller(mcp).filter(({ method }) => method === 'DELETE'), [])
})
