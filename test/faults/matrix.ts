import { test } from '../support/tap.ts'
import { needsRedis } from '../support/redis-server.ts'
import { rows, type TransportName } from './rows.ts'
import { World } from './world.ts'

/** Every row with one transport. */
export function proveRows (transport: TransportName): void {
  for (const row of rows) {
    test(`${row.who} ${row.how} (${row.call})`, row.who === 'Redis' ? needsRedis : {}, async (t) => {
      const world = await World.start(t, transport)
      await row.arrange(world)
      t.equal(await world.call(row), typeof row.seen === 'string' ? row.seen : row.seen[transport], 'the response of the caller')
      const arrived = world.arrived(row)
      if (row.call === 'POST') t.ok(arrived <= (row.arrived ?? 1), `it came to ROLLER ${arrived} times`)
      else if (row.arrived !== undefined) t.ok(arrived <= row.arrived, `it came to ROLLER ${arrived} times`)
      t.ok(await world.recovers(row), 'the next call succeeds')
    })
  }
}
