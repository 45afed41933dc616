/** The parts of the plugin that roller-sidecar uses beyond the public API. Not for hosts; may change with any version. */
import type { FastifyPluginAsync } from 'fastify'
import { assemble } from './assemble.ts'
import type { AssemblyLog } from './assemble-parts.ts'
import plugin from './index.ts'
import { parseOptions, type AllOptions } from './options.ts'
import type { Roller } from './roller.ts'

/** The plugin, including the options that hosts do not set. */
export const roller = plugin as unknown as FastifyPluginAsync<AllOptions> // the same function, which validates all of them

export interface OpenRoller {
  readonly roller: Roller
  readonly close: () => Promise<void>
}

/** `app.roller` without an app, for a program that serves nothing: compiling the routes takes more memory than all calls. */
export function openRoller (options: AllOptions, log: AssemblyLog): OpenRoller {
  const { roller, start, close } = assemble(parseOptions(options), log, '')
  start()
  return { roller, close }
}

export type { AllOptions, AssemblyLog }
export { HTTP_ADDRESS_RULE, isHttpAddress } from './util/http-address.ts'
export { isDecodable, isProxyUrl, PROXY_RULE, proxyFinder, type FindProxy, type ProxyOptions } from './util/proxy.ts'
export { isReserved, MAX_OWN_TAGS, MAX_TAGS } from './nango/connection.ts'
export { isConnectionId } from './nango/connection-id.ts'
export { openAgent } from './util/outgoing-agent.ts'
export type { Layer } from './errors.ts'
export { describeError, type LoggedError } from './util/log-error.ts'
export { isLoopback, isRollerBaseUrl, ROLLER_BASE_URL_RULE } from './operations/base-url.ts'
export { isPublicUrl, PUBLIC_URL_RULE } from './webhooks/public-url.ts'
export { reports, type Column, type ColumnType, type Report, type ReportInBulk } from './operations/reports.ts'
export type { ExportList, ReadExports } from './exports/export-list.ts'
export { lineWriter, OTHER_COLUMN, rowOf } from './exports/formats.ts'
export { OPERATION_NAMES_RULE, unknownOperations } from './operations/operation-policy.ts'
export { cacheFaults } from './gateway/cache/rules.ts'
export type { RateLimitObserver } from './gateway/limits/rate-limiter.ts'
export type { UpstreamTracer } from './gateway/transport/traced.ts'
export { CheckStep } from './check.ts'
export { toProblem, toRollerError } from './problem.ts'
export { problemOf } from './routes/call-record.ts'
export { Addresses } from './routes/addresses.ts'
export { sendProblem } from './routes/problems.ts'
export { problemResponses } from './routes/roller-schema.ts'
export { isRollerWebhook, rejectDelivery } from './routes/webhooks.ts'
export { escape as escapeHtml } from './connect-page/html.ts'
export { chooseLanguage, type Language } from './connect-page/texts.ts'
export { USER_AGENT, VERSION } from './version.ts'
