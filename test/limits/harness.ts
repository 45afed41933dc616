/** Several replicas in one test process: apps with separate Redis clients, in front of the same simulators. */
import Fastify, { type FastifyInstance } from 'fastify'
import { Redis } from 'ioredis'
import type { Test } from 'tap'
import { roller, type AllOptions } from 'fastify-roller/internal'
import type { NangoSimulatorOptions } from '#sandbox/nango.js'
import type { RollerSimulatorOptions } from '#sandbox/roller.js'
import { sharedRedis } from '../support/redis-server.ts'
import { asConnected, CLIENT_SECRET, SECRET_KEY, startSimulators, type Simulators } from '../support/build.ts'

export interface Replicas extends Simulators {
  readonly apps: readonly FastifyInstance[]
  /** The log of a replica. */
  readonly logs: readonly string[][]
}

export interface ReplicaOptions {
  readonly count?: number
  /** The shared server, unless the test stops its own. */
  readonly redis?: { readonly port: number }
  readonly options?: Partial<Omit<AllOptions, 'nango' | 'redis'>>
  readonly nango?: Partial<NangoSimulatorOptions>
  readonly roller?: RollerSimulatorOptions
}

export async function startReplicas (
  t: Pick<Test, 'teardown'>, { count = 3, redis, options = {}, nango = {}, roller: rollerOptions = {} }: ReplicaOptions = {}
): Promise<Replicas> {
  const simulators = await startSimulators(t, { nango, roller: rollerOptions })
  const { port } = redis ?? await sharedRedis()
  const logs: string[][] = []
  const apps = await Promise.all(Array.from({ length: count }, async () => {
    const client = new Redis(port, '127.0.0.1', { retryStrategy: () => 50 })
    client.on('error', () => {})
    const log: string[] = []
    logs.push(log)
    const app = Fastify({ logger: { level: 'info', stream: { write: (line: string) => { log.push(line) } } } })
    await app.register(roller, {
      authorize: 'open', retryPolicy: { baseMs: 0 }, ...options, nango: { secretKey: SECRET_KEY, host: simulators.nango.url }, redis: client
    })
    t.teardown(async () => { await app.close(); client.disconnect() })
    return app
  }))
  return { ...simulators, apps, logs }
}

/** Another venue with its own credential. */
export function addVenue ({ nango, roller: simulator }: Simulators, id: string): void {
  nango.addConnection({ connectionId: id, clientId: id, clientSecret: CLIENT_SECRET, ...asConnected(simulator, id) })
}

export interface Received {
  readonly status: number
  readonly headers: Readonly<Record<string, unknown>>
  readonly body: string
  readonly code: string | undefined
  /** Whole seconds. */
  readonly retryAfter: number | undefined
  /** Milliseconds until the response. */
  readonly took: number
}

export interface SendOptions {
  readonly method?: 'GET' | 'POST'
  readonly url?: string
  readonly connection?: string
  /** Seconds, for Roller-Max-Wait. */
  readonly maxWait?: number | string | undefined
  readonly payload?: object
}

export async function send (
  app: FastifyInstance, { method = 'GET', url = '/sandbox/echo', connection = 'demo-venue', maxWait, payload }: SendOptions = {}
): Promise<Received> {
  const startedAt = performance.now()
  const response = await app.inject({
    method,
    url: `/roller${url}`,
    headers: { 'connection-id': connection, ...(maxWait !== undefined && { 'roller-max-wait': String(maxWait) }) },
    ...(payload !== undefined && { payload })
  })
  const problem = String(response.headers['content-type']).startsWith('application/problem+json') ? JSON.parse(response.payload) : {}
  const retryAfter = response.headers['retry-after']
  return {
    status: response.statusCode,
    headers: response.headers,
    body: response.payload,
    code: problem.code,
    retryAfter: retryAfter === undefined ? undefined : Number(retryAfter),
    took: performance.now() - startedAt
  }
}

/** Arrivals at ROLLER of one credential, except token requests. */
export function arrivals (
  { roller: simulator }: Pick<Simulators, 'roller'>, clientId = 'demo'
): { readonly url: string, readonly at: number }[] {
  return simulator.requests.filter((request) => request.clientId === clientId).map(({ url, at }) => ({ url, at }))
}

export function refreshes ({ nango }: Pick<Simulators, 'nango'>): number {
  return nango.requests.filter(({ url }) => url.includes('force_refresh=true')).length
}

export const pause = async (ms: number): Promise<void> => { await new Promise((resolve) => { setTimeout(resolve, ms) }) }
