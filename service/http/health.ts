/** `/health`: the process is alive. `/ready`: it can serve, so a load balancer may send calls. */
import { Type, type Static } from '@sinclair/typebox'
import type { FastifyInstance } from 'fastify'
import type { Roller } from 'fastify-roller'
import { CheckStep } from 'fastify-roller/internal'

export interface HealthOptions {
  /** Set once the plugin is loaded. */
  readonly roller: () => Roller
  /** Sandbox mode. */
  readonly sandbox: boolean
}

/** Nango counts every call against the account, so a failed check is not repeated at each probe. Milliseconds. */
const CHECK_INTERVAL = 2_000

/** The public form of a step: its detail contains addresses and the integration, and is only logged. */
const PublicStep = Type.Omit(CheckStep, ['detail'], { title: 'ReadinessStep' })
const Sandbox = Type.Optional(Type.Literal(true, { description: 'This is a sandbox with simulated data.' }))

export function addHealth (app: FastifyInstance, { roller, sandbox }: HealthOptions): void {
  let draining = false
  let passed = false
  let logged = ''
  let last: { at: number, steps: Promise<CheckStep[]> } | null = null
  const mark = sandbox ? { sandbox: true } as const : {}
  const drain = (): void => { draining = true }
  app.decorate('drain', drain)
  app.addHook('preClose', async () => { drain() })

  /** Probes repeat every few seconds: a cause is logged only if it is new. */
  const logOnce = (steps: readonly CheckStep[]): void => {
    const failed = steps.find(({ result }) => result === 'failed')
    if (failed === undefined || failed.detail === logged) return
    logged = failed.detail
    app.log.warn({ step: failed.step, detail: failed.detail, hint: failed.hint }, 'not ready')
  }

  app.get('/health', {
    logLevel: 'warn',
    schema: {
      summary: 'Check that the process is alive',
      operationId: 'getHealth',
      tags: ['Service'],
      security: [],
      response: { 200: Type.Object({ status: Type.Literal('ok') }) }
    }
  }, async () => ({ status: 'ok' }))

  app.get('/ready', {
    logLevel: 'warn',
    schema: {
      summary: 'Check that the service is ready',
      description: 'Ready once Nango has accepted the key and the integration is ROLLER\'s, and no longer once the process is ' +
        'shutting down.',
      operationId: 'getReady',
      tags: ['Service'],
      security: [],
      response: {
        200: Type.Object({ status: Type.Literal('ready'), sandbox: Sandbox }),
        503: Type.Object({
          status: Type.Union([Type.Literal('not-ready'), Type.Literal('draining')]),
          sandbox: Sandbox,
          steps: Type.Optional(Type.Array(PublicStep))
        }, { title: 'NotReady' })
      }
    }
  }, async (_request, reply) => {
    if (draining) return await reply.code(503).send({ status: 'draining', ...mark })
    if (passed) return { status: 'ready', ...mark }
    if (last === null || Date.now() - last.at > CHECK_INTERVAL) last = { at: Date.now(), steps: roller().checkGateway({ scopes: true }) }
    const steps = await last.steps
    passed = steps.every(({ result }) => result === 'ok')
    if (draining) return await reply.code(503).send({ status: 'draining', ...mark })
    if (passed) return { status: 'ready', ...mark }
    logOnce(steps)
    return await reply.code(503).send({ status: 'not-ready', ...mark, steps: steps.map(publicStep) })
  })
}

function publicStep ({ step, result, hint }: CheckStep): Static<typeof PublicStep> {
  return { step, result, ...(hint !== undefined && { hint }) }
}
