/** `/health`: the process is alive. `/ready`: it can serve, so a balancer may send it calls. */
import { Type } from '@sinclair/typebox'
import type { FastifyInstance } from 'fastify'
import { CheckStep, type Roller } from '../plugin/index.ts'

export interface HealthOptions {
  /** Known once the plugin is loaded. */
  readonly roller: () => Roller
}

declare module 'fastify' {
  interface FastifyInstance {
    /** From now on `/ready` says no; everything else goes on. */
    drain: () => void
  }
}

/** Nango counts every call against the account, so a failing check is not repeated at each probe. Milliseconds. */
const CHECK_INTERVAL = 2_000

export function addHealth (app: FastifyInstance, { roller }: HealthOptions): void {
  let draining = false
  let passed = false
  let last: { at: number, steps: Promise<CheckStep[]> } | null = null
  const drain = (): void => { draining = true }
  app.decorate('drain', drain)
  app.addHook('preClose', async () => { drain() })

  app.get('/health', {
    logLevel: 'warn',
    schema: {
      summary: 'Is the process alive?',
      operationId: 'getHealth',
      tags: ['Service'],
      security: [],
      response: { 200: Type.Object({ status: Type.Literal('ok') }) }
    }
  }, async () => ({ status: 'ok' }))

  app.get('/ready', {
    logLevel: 'warn',
    schema: {
      summary: 'Can it serve calls?',
      description: 'Not before Nango has taken the key and the integration was seen to be ROLLER\'s, and no more once the process is shutting down.',
      operationId: 'getReady',
      tags: ['Service'],
      security: [],
      response: {
        200: Type.Object({ status: Type.Literal('ready') }),
        503: Type.Object({ status: Type.Union([Type.Literal('not-ready'), Type.Literal('draining')]), steps: Type.Optional(Type.Array(CheckStep)) })
      }
    }
  }, async (_request, reply) => {
    if (draining) return await reply.code(503).send({ status: 'draining' })
    if (passed) return { status: 'ready' }
    if (last === null || Date.now() - last.at > CHECK_INTERVAL) last = { at: Date.now(), steps: roller().checkGateway() }
    const steps = await last.steps
    passed = steps.every(({ result }) => result === 'ok')
    if (draining) return await reply.code(503).send({ status: 'draining' })
    return passed ? { status: 'ready' } : await reply.code(503).send({ status: 'not-ready', steps })
  })
}
