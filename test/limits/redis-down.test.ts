/** Redis is killed and restarted under load, on the same port. */
import t, { test } from '../support/tap.ts'
import { needsRedis, startRedis } from '../support/redis-server.ts'
import { send, arrivals, pause, startReplicas, type Received, type Replicas } from './harness.ts'

const LIMIT = 60
const ROLLER = { rest: LIMIT, windowMs: 2_000, coolingOffMs: 2_000 }
const LIMITS = { rest: { limit: LIMIT, windowMs: 2_000 }, margin: 0.1, jitter: 400, replicas: 3 }
const MAX_WAIT = 1

/** Twice the limit, evenly, until stopped. */
function load ({ apps }: Replicas) {
  const responses: Promise<Received & { at: number }>[] = []
  const load = { on: true }
  const done = (async () => {
    for (let n = 0; load.on; n++) {
      const at = Date.now()
      responses.push(
        send(apps[n % apps.length]!, { url: `/sandbox/echo?n=${n}`, maxWait: n % 2 ? MAX_WAIT : 0 }).then((result) => ({ ...result, at }))
      )
      await pause(ROLLER.windowMs / LIMIT / 2)
    }
  })()
  return { async stop () { load.on = false; await done; return await Promise.all(responses) } }
}

const countLines = ({ logs }: Replicas, text: string): number[] => logs.map((lines) => lines.filter((line) => line.includes(text)).length)

t.jobs = 2 // they wait, each with its own Redis

for (const onRedisDown of ['share', 'reject'] as const) {
  test(`keeps the limit when Redis is killed under load, ${onRedisDown}`, needsRedis, async (t) => {
    const redis = await startRedis()
    t.teardown(() => redis.kill())
    const replicas = await startReplicas(t, { redis, roller: { limits: ROLLER }, options: { rateLimits: { ...LIMITS, onRedisDown } } })
    const { roller, apps } = replicas
    await Promise.all(apps.map((app) => send(app)))
    const running = load(replicas)
    await pause(3_000)
    await redis.kill()
    const killedAt = Date.now()
    await pause(3_500)
    const startedAt = Date.now()
    await redis.start()
    await pause(6_500)
    const responses = await running.stop()

    t.equal(roller.penalties, 0, 'ROLLER\'s limit was not touched')
    t.same([...new Set(responses.map(({ status }) => status))].sort(), [200, 429])
    const slow = responses.map(({ took }) => took - MAX_WAIT * 1000).filter((over) => over > 1_000)
    t.same(slow, [], 'every response came within a second of the patience it had')
    const notWaiting = responses.filter(({ at, status, took }) => status === 429 && at > killedAt && at < startedAt && took > 1_000)
    t.same(notWaiting, [], 'a rejection took less than a second')
    const while_ = arrivals(replicas).filter(({ at }) => at > killedAt + 700 && at < startedAt).length
    if (onRedisDown === 'share') t.ok(while_ >= 15, `${while_} calls were sent meanwhile`)
    else {
      t.equal(while_, 0, 'nothing was sent meanwhile')
      const rejected = responses.filter(({ at }) => at > killedAt + 700 && at < startedAt - 200)
      t.ok(
        rejected.length > 20 && rejected.every(
          ({ code, retryAfter, headers }) => code === 'ROLLER_ERR_RATE_LIMITED' &&
            retryAfter === 1 && headers['ratelimit'] === '"rest";r=0;t=1'
        )
      )
    }
    t.same(countLines(replicas, 'Redis is down'), [1, 1, 1], 'one warning in each log')
    t.same(countLines(replicas, 'Redis is back'), [1, 1, 1])
    const after = responses.filter(({ at, status }) => at > startedAt + 4_000 && status === 200).length
    t.ok(after >= 25, `${after} calls after the return`)
  })
}
