/** The time of a shutdown: the delay and the grace period together, and no delay after an error. */
import type { FastifyInstance } from 'fastify'
import { shutDownOnSignal } from '#service/http/shutdown.js'
import { test, type Test } from '../support/tap.ts'

type Listener = (value: unknown) => void

/** @returns the exit code, the milliseconds that were left to what runs last, and fatal log lines */
async function shutDown (t: Test, event: 'SIGTERM' | 'uncaughtException', times: { delay: number, grace: number }) {
  const listenersOf = (name: string | symbol): Listener[] => process.rawListeners(name as 'exit') as Listener[] // each takes one value
  const before = new Map(process.eventNames().map((name) => [name, new Set(listenersOf(name))]))
  const added = (name: string | symbol): Listener[] => listenersOf(name).filter((one) => before.get(name)?.has(one) !== true)
  const restore = (): void => { for (const name of process.eventNames()) for (const one of added(name)) process.removeListener(name, one) }
  t.teardown(restore)
  let left = NaN
  const fatal: unknown[] = []
  const log = { info () {}, warn () {}, error () {}, fatal: (fields: unknown) => fatal.push(fields) }
  const app = { log, drain () {}, releaseWaiting () {}, close: async () => {} } as unknown as FastifyInstance // what a shutdown uses
  const startedAt = performance.now()
  const code = await new Promise((resolve) => {
    t.intercept(process, 'exit', { value: resolve })
    shutDownOnSignal({ app, ...times, after: async (timeLeft) => { left = timeLeft } })
    for (const listener of added(event)) listener(event === 'SIGTERM' ? event : new Error('broken'))
  })
  restore()
  return { code, left, fatal, took: performance.now() - startedAt }
}

test('a signal: the grace period begins after the delay, however long that is', async (t) => {
  const { code, left, took } = await shutDown(t, 'SIGTERM', { delay: 100, grace: 50 })
  t.equal(code, 0)
  t.ok(took >= 99, `${took} ms`)
  t.ok(left > 0 && left < 50, `${left} ms are left`)
})

test('an error: without the delay', async (t) => {
  const { code, fatal, left } = await shutDown(t, 'uncaughtException', { delay: 300, grace: 100 })
  t.equal(code, 1)
  t.ok(left > 200 && left < 0.95 * 400, `${left} ms are left`)
  t.match(fatal, [{ err: { message: 'broken' } }], 'and the log has it')
})
