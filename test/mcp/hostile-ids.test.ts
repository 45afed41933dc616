import t from '../support/tap.ts'

import { callsAtRoller } from '../support/build.ts'
import { ACCEPT, callTool, startMcp } from './fixture.ts'

const HOSTILE = [
  '..', '.', '../x', 'x/../y', 'x/cancel', '/', 'x%2Fcancel', '%2e%2e', '%252e%252e%252fx', 'x\\y', '%5c', 'x\u0000', 'x\n', '..;a',
  'x\uff0fcancel', '   ', '...', 'x?a=b', 'x#y'
]

t.test('an id that could be read as another path is rejected before any question to a person, and nothing is sent', async (t) => {
  const mcp = await startMcp(t)
  const questions: string[] = []
  const client = await mcp.connect({
    person: (message) => {
      questions.push(message)
      return ACCEPT
    }
  })
  for (const uniqueId of HOSTILE) {
    for (const [tool, operation] of [
      ['read_roller', 'GET /bookings/{uniqueId}'], ['write_roller', 'DELETE /bookings/{uniqueId}']
    ] as const) {
      const { data } = await callTool(client, tool, { operation, path: { uniqueId } })
      t.equal(data.code, 'ROLLER_ERR_PATH', `${operation} ${JSON.stringify(uniqueId)}`)
    }
  }
  t.same(callsAtRoller(mcp), [])
  t.same(questions, [])
  const ids = ['SUMMER 10%', 'a.b', 'é+ü', 'a@b:c,d']
  for (const uniqueId of ids) await callTool(client, 'read_roller', { operation: 'GET /bookings/{uniqueId}', path: { uniqueId } })
  t.same(callsAtRoller(mcp).map(({ url }) => url), ids.map((id) => `/bookings/${encodeURIComponent(id)}`))
})
