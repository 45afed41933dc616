/** Demand of twice the limit over three replicas, for a window and a half. */
import { test } from '../support/tap.ts'
import { bounds, overload, type Scale } from './overload/run.ts'
import { needsRedis } from '../support/redis-server.ts'

const SCALE: Scale = { limit: 150, windowMs: 10_000, coolingOffMs: 10_000, windows: 1, margin: 0, jitter: 380 }

test('keeps the limit under twice the demand over three replicas', needsRedis, async (t) => {
  const figures = await overload(SCALE)
  t.comment(`the machine stalled for ${Math.round(figures.stalledMs)} ms at most`)
  for (const { bound, figure, ok } of bounds(figures)) t.ok(ok, `${bound}: ${figure}`)
  t.ok(figures.offered >= 280 && figures.granted >= 145, `${figures.offered} offered, ${figures.granted} granted`)
})
