/** A service that receives ROLLER's webhooks, and an export that shares its Redis. */
import { Redis } from 'ioredis'
import type { Test } from 'tap'
import { openRoller } from 'fastify-roller/internal'
import { readExportOptions } from '#service/export/options.js'
import { jsonProgress } from '#service/export/progress.js'
import { runExport, type RunParts } from '#service/export/run.js'
import { systemClock, type Clock } from '#plugin/util/clock.js'
import { sharedRedis } from '../../support/redis-server.ts'
import { CONNECTION_ID, SECRET_KEY, type BuildOptions } from '../../support/build.ts'
import { freePort } from '../../support/free-port.ts'
import { SECRET } from '../../webhooks/fixture.ts'
import { open, type ExportResult, type Exports, type Step } from './fixture.ts'

/** In three calendar months, in which the venue has its bookings. */
export const RANGE = ['--from', '2026-09-27', '--to', '2026-11-27'] as const
export const DAYS_OF_RANGE = 61

/** ROLLER's limits would take minutes; another order of a type is accepted at once. */
const RATE_LIMITS = { reporting: { limit: 100_000 }, rest: { limit: 100_000 }, bulk: { windowMs: 1 }, jitter: 0 }

/** Messages that arrived at the service are read every 5 seconds. */
const clock: Clock = { ...systemClock, setTimeout: (callback, ms) => systemClock.setTimeout(callback, ms === 5_000 ? 50 : ms) }

export interface BulkExports extends Exports {
  readonly url: string
  readonly redisPort: number
  /** As the command runs it: with a gateway of its own, which has no server. */
  readonly backfill: (args: readonly string[], parts?: Partial<RunParts> & { readonly out?: string }) => Promise<ExportResult>
  /** Calls at ROLLER since the last call of this function, without tokens. */
  readonly calls: () => string[]
  /** ROLLER sends no webhooks until the returned function is called. */
  readonly holdWebhooks: () => () => void
}

export async function openBulk (
  t: Test, { subscribed = true, names = [], roller = {}, ...rest }: BuildOptions & {
    readonly subscribed?: boolean, readonly names?: readonly string[]
  } = {}
): Promise<BulkExports> {
  const { port: redisPort } = await sharedRedis()
  const port = await freePort()
  const url = `http://127.0.0.1:${port}`
  const connect = (): Redis => {
    const client = new Redis(redisPort, '127.0.0.1')
    t.teardown(() => { client.disconnect() })
    return client
  }
  const exports = await open(t, {
    names,
    ...rest,
    roller,
    options: {
      transport: 'direct', publicUrl: url, rollerWebhookSecrets: [SECRET], rateLimits: RATE_LIMITS, redis: connect(), ...rest.options
    }
  })
  await exports.app.listen({ host: '127.0.0.1', port })
  const connectionIds = [CONNECTION_ID, ...names.map((name) => `${name}-venue`)]
  if (subscribed) for (const connectionId of connectionIds) await exports.app.roller.webhooks.subscribe(connectionId)
  let isHeld = false
  const delivery = setInterval(() => { if (!isHeld) exports.roller.deliverDue().catch(() => {}) }, 20)
  t.teardown(() => { clearInterval(delivery) })
  let seen = exports.roller.requests.length
  return {
    ...exports,
    url,
    redisPort,
    async backfill (args, { out = exports.folder, signal = new AbortController().signal, ...parts } = {}) {
      const log = { info () {}, warn () {}, error () {} }
      const own = openRoller({
        authorize: 'open',
        nango: { secretKey: SECRET_KEY, host: exports.nango.url },
        rollerBaseUrl: exports.roller.url,
        otherBaseUrl: exports.roller.url,
        verifyVenues: false,
        retryPolicy: { baseMs: 0 },
        publicUrl: url,
        transport: 'direct',
        rateLimits: RATE_LIMITS,
        redis: connect(),
        clock
      }, log)
      const lines: string[] = []
      const options = readExportOptions(['--backfill', 'bulk', ...args, '--out', out])
      const progress = (): ReturnType<typeof jsonProgress> => jsonProgress({ write: (text: string) => lines.push(text) })
      try {
        const missing = await runExport({ roller: own.roller, options, progress, signal, ...parts })
        return { missing, steps: lines.map((line) => JSON.parse(line) as Step) }
      } finally {
        await own.close()
      }
    },
    holdWebhooks () {
      isHeld = true
      return () => { isHeld = false }
    },
    calls () {
      const calls = exports.roller.requests.slice(seen).filter(({ url }) => url !== '/token').map(({ method, url }) => `${method} ${url}`)
      seen = exports.roller.requests.length
      return calls
    }
  }
}

export const statesOf = ({ steps }: ExportResult): unknown[] => steps.filter(({ step }) => step === 'bulk').map(({ state }) => state)

export const reasonOf = ({ steps }: ExportResult): string => String(steps.find(({ reason }) => reason !== undefined)?.['reason'])

export const REPLACED = 'replaced by daily reports'
