/** A Redis that was restarted without its data knows no confirmation that was used: none from before may be used again. */
import { Redis } from 'ioredis'
import t from '../support/tap.ts'
import { callsAtRoller } from '../support/build.ts'
import { needsRedis, sharedRedis } from '../support/redis-server.ts'
import { ACCEPT, callTool, startMcp } from './fixture.ts'

t.test('sends a confirmed call once, also if Redis loses its data', needsRedis, async (t) => {
  const redis = new Redis((await sharedRedis()).port, '127.0.0.1')
  t.teardown(() => { redis.disconnect() })
  const mcp = await startMcp(t, { options: { redis } })
  const sent: Request[] = []
  const client = await mcp.connect({ person: () => ACCEPT, record: (request) => { sent.push(request) } })
  await callTool(client, 'write_roller', { operation: 'DELETE /bookings/{uniqueId}', path: { uniqueId: 'b-1' } })
  const writes = (): number => callsAtRoller(mcp).filter(({ method }) => method === 'DELETE').length
  t.equal(writes(), 1)
  const confirmed = sent.at(-1) as Request
  const headers = Object.fromEntries(confirmed.headers)
  const body = await confirmed.text()
  for (const lose of [async () => {}, async () => { await redis.flushall() }]) {
    await lose()
    t.match(await (await fetch(mcp.url, { method: 'POST', headers, body })).text(), /ROLLER_ERR_NOT_CONFIRMED/)
  }
  t.equal(writes(), 1)
})
