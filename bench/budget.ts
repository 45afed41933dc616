// What the budget costs: `node --expose-gc --import tsx bench/budget.ts [connections ...]`.
// Redis is measured when redis-server is installed. 100,000 full logs take a minute to fill.
import { spawn, spawnSync } from 'node:child_process'
import { setTimeout as sleep } from 'node:timers/promises'

import { Redis } from 'ioredis'

import { effectiveLimits } from '#plugin/gateway/limits/limits.js'
import { MemoryLimitStore } from '#plugin/gateway/limits/memory-store.js'
import { RedisLimitStore } from '#plugin/gateway/limits/redis-store.js'
import type { TakeRequest } from '#plugin/gateway/limits/store.js'

const { rest } = effectiveLimits()
const TAKES = 500_000
const sizes = process.argv.length > 2 ? process.argv.slice(2).map(Number) : [10, 1000, 10_000, 100_000]

function wish (connection: number, maxWaitMs: number): TakeRequest {
  const tag = `connection-${connection}`
  return { tag, windows: [{ key: 'rest', ...rest }], coolingOff: ['wall'], maxWaitMs }
}

/** Array buffers are freed in the background after a collection. */
async function heap (): Promise<number> {
  for (let i = 0; i < 3; i++) {
    globalThis.gc?.()
    await sleep(50)
  }
  const { heapUsed, arrayBuffers } = process.memoryUsage()
  return heapUsed + arrayBuffers
}

/** Full logs, and time going on just as fast as places free: every take is granted, one slot goes and one comes. */
async function memory (connections: number): Promise<Record<string, string>> {
  let now = 1
  const store = new MemoryLimitStore({ now: () => now })
  const wishes = Array.from({ length: connections }, (_, i) => wish(i, 0))
  const before = await heap()
  const step = rest.windowMs / rest.limit
  for (let slot = 0; slot < rest.limit; slot++) {
    for (const one of wishes) store.take(one)
    now += step
  }
  const full = (await heap() - before) / connections
  const timed = (): number => {
    let granted = 0
    const cpu = process.cpuUsage()
    for (let done = 0; done < TAKES; done++) {
      if (store.take(wishes[done % connections] as TakeRequest).outcome === 'granted') granted++
      now += step / connections
    }
    const { user, system } = process.cpuUsage(cpu)
    if (granted < TAKES * 0.9) throw new Error(`only ${granted} takes were granted`)
    return (user + system) / TAKES
  }
  timed()
  const granted = timed()
  const cpu = process.cpuUsage()
  now -= step
  for (let done = 0; done < TAKES; done++) store.take(wishes[done % connections] as TakeRequest)
  const refused = process.cpuUsage(cpu)
  // Idle: the windows are over, and one other connection is in use.
  now += rest.windowMs * 2
  for (let i = 0; i < connections + 10; i++) store.take(wish(-1, 0))
  const idle = Math.max(0, await heap() - before) / connections
  return {
    connections: String(connections),
    'granted µs': granted.toFixed(2),
    'refused µs': ((refused.user + refused.system) / TAKES).toFixed(2),
    'full B': full.toFixed(0),
    'idle B': idle.toFixed(0)
  }
}

/** 500 callers wait on one connection: one has its turn, asks and leaves, and another stands in line behind the rest. */
function queue (): string {
  let now = 1
  const store = new MemoryLimitStore({ now: () => now })
  for (let i = 0; i < rest.limit; i++, now += rest.windowMs / rest.limit) store.take(wish(0, 0))
  const line: number[] = []
  const join = (): void => {
    const result = store.take(wish(0, Infinity))
    if (result.outcome !== 'queued') throw new Error(`a newcomer was ${result.outcome}`)
    line.push(result.ticket)
  }
  for (let i = 0; i < 500; i++) join()
  const cpu = process.cpuUsage()
  for (let i = 0; i < TAKES / 2; i++) {
    now += rest.windowMs / rest.limit + 1e-6 // no rounding makes it too early
    if (store.take({ ...wish(0, Infinity), ticket: line[i] }).outcome !== 'granted') throw new Error('it was not its turn')
    join()
  }
  const { user, system } = process.cpuUsage(cpu)
  return ((user + system) / TAKES).toFixed(2)
}

async function redis (): Promise<Array<Record<string, string>>> {
  const port = 20_000 + process.pid % 20_000
  const options = ['--port', String(port), '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no']
  const server = spawn('redis-server', options, { stdio: 'ignore' })
  await sleep(500)
  const client = new Redis(port, '127.0.0.1')
  try {
    const store = new RedisLimitStore(client, { timeoutMs: 10_000 })
    const run = async (name: string, takes: number, make: (i: number) => TakeRequest): Promise<Record<string, string>> => {
      const started = performance.now()
      const cpu = process.cpuUsage()
      let next = 0
      const one = async (): Promise<void> => { while (next < takes) await store.take(make(next++)) }
      await Promise.all(Array.from({ length: 64 }, one))
      const seconds = (performance.now() - started) / 1000
      const { user, system } = process.cpuUsage(cpu)
      return { load: name, 'takes/s': (takes / seconds).toFixed(0), 'client µs': ((user + system) / takes).toFixed(1) }
    }
    return [
      await run('1,000 connections, free', 50_000, (i) => wish(i % 1000, 0)),
      await run('1 connection, spent, refused', 20_000, () => wish(-1, 0)),
      await run('1 connection, 500 wait', 500, () => wish(-1, Infinity)),
      await run('1 connection, behind 500, refused', 10_000, () => wish(-1, 0))
    ]
  } finally {
    client.disconnect()
    server.kill()
  }
}

console.log('Memory store, one window of', rest.limit, 'in', rest.windowMs, 'ms; CPU per take')
// Once for nothing: what the compiler allocates would be counted as the first row's.
await memory(10)
const rows = []
for (const connections of sizes) rows.push(await memory(connections))
console.table(rows)
console.log('Memory store, 500 callers waiting on one connection: µs per take', queue())
if (spawnSync('redis-server', ['--version']).status === 0) console.table(await redis())
else console.log('redis-server is not installed: Redis is not measured')
