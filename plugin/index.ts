/**
 * fastify-roller: connects venues' ROLLER accounts through Nango, and calls the ROLLER API.
 *
 * `app.register(roller, { nango: { secretKey }, authorize })` adds the routes under `prefix` and decorates the app with `app.roller`.
 */
import fp from 'fastify-plugin'
import { TypeBoxValidatorCompiler } from '@fastify/type-provider-typebox'
import type { FastifyInstance } from 'fastify'
import { assemble } from './assembly.ts'
import { parseOptions, type RollerOptions } from './options.ts'
import type { Roller } from './roller-api.ts'
import { Access } from './routes/access.ts'
import { connectSessionRoutes } from './routes/connect-session.ts'
import { connectionRoutes } from './routes/connections.ts'
import { parseJson } from './routes/json-body.ts'
import { answerWithProblems } from './routes/problems.ts'
import { rollerRoutes } from './routes/roller.ts'

async function rollerPlugin (app: FastifyInstance, raw: RollerOptions): Promise<void> {
  const options = parseOptions(raw)
  const { roller, nango, connections, budgets, gateway, entries, close } = assemble(options, app.log)
  const access = new Access({ authorize: options.authorize, identify: options.identify, connection: options.connection, connections })

  // Several registrations stand side by side in one app: the first is app.roller, and each is found by its integration id.
  if (app.hasDecorator('roller')) app.roller.add(roller)
  else app.decorate('roller', roller)

  // The routes live in a scope of their own, so that neither their parsers nor their error handler touch the host's routes.
  await app.register(async (scope) => {
    scope.setValidatorCompiler(TypeBoxValidatorCompiler)
    scope.setSerializerCompiler(() => (payload) => JSON.stringify(payload))
    answerWithProblems(scope)
    scope.addHook('onRequest', async (_request, reply) => { reply.header('roller-answered-by', 'gateway') })
    await scope.register(async (own) => {
      own.removeAllContentTypeParsers()
      own.addContentTypeParser('application/json', { parseAs: 'string', bodyLimit: options.bodyLimit }, parseJson(own.getDefaultJsonParser('error', 'error')))
      await own.register(connectSessionRoutes, { nango, access })
      await own.register(connectionRoutes, { nango, connections, gateway, budgets, access })
    })
    await scope.register(rollerRoutes, {
      gateway,
      access,
      entries,
      validate: options.validation === 'on',
      readOnly: options.readOnly,
      maxWaitMs: options.budgets.maxWait,
      limits: { whole: options.bodyLimit, stream: options.streamLimit }
    })
  }, { prefix: options.prefix?.replace(/\/+$/, '') ?? '', ...(options.logLevel !== undefined && { logLevel: options.logLevel }) })

  app.addHook('onClose', close)
}

export default fp(rollerPlugin, { fastify: '5.x', name: 'fastify-roller' })

declare module 'fastify' {
  interface FastifyInstance {
    /** The first registration's calls and connections; `app.roller.integration(id)` finds the others. */
    roller: Roller
  }
}

export { catalogue, isRollerError, RollerError, type ErrorCode, type Layer } from './errors.ts'
export { OptionsError, type Authorize, type AuthorizeContext, type ChooseConnection, type Identify, type Identity, type RollerOptions, type Scope } from './options.ts'
export { isRollerBaseUrl, ROLLER_BASE_URL_RULE } from './roller/base-url.ts'
export type { CallAnswer, CallInput, OperationName } from './roller/call-types.ts'
export { cursorOf, type Pager, type PageProgress, type ReportName, type ReportRecord } from './roller/paginate.ts'
export { addDays, dayBounds, readTimeZone, RollerTimeError, toInstant, toVenueDate, toVenueLocal, venueDays } from './roller/time.ts'
export type { BudgetObserver, BudgetUse } from './gateway/budget/budgets.ts'
export type { Connection } from './nango/connection.ts'
export { CheckStep, type CheckReport } from './check.ts'
export { Problem, toProblem, toRollerError } from './problem.ts'
export { sendProblem } from './routes/problems.ts'
export { VERSION } from './version.ts'
export type { Roller } from './roller-api.ts'
