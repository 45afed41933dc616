import type { FastifyRequest } from 'fastify'
import type { OperationName } from '../operations/call-types.ts'
import { operations } from '../operations/operations.ts'
import { OptionsError } from '../options.ts'

export interface McpOptions {
  /** Path of the endpoint. Default: `/mcp`. */
  readonly path?: string
  /** Operations that are tools of their own, with their full schemas, for example `['GET /product-availability']`. Default: none. */
  readonly pinnedTools?: readonly OperationName[]
  /**
   * `always`: operations of the groups money-moving and staff-accounts are confirmed by a person before they are sent; a client that cannot
   * ask gets an error. `never`: they are sent like all others. Default: `always`.
   */
  readonly confirm?: 'always' | 'never'
  /** Largest size of ROLLER's data in one result, in characters of JSON. Default: 40,000, some 10,000 tokens. */
  readonly maxResultSize?: number
  /**
   * Identifies the caller that a confirmation is bound to; required where callers differ by other headers than Authorization and Cookie.
   * Default, and for a caller for which it returns undefined or an empty string: a hash of these two headers.
   */
  readonly callerOf?: (request: FastifyRequest) => string | undefined
  /** Which registration of fastify-roller is used, by its integration id. Default: the first. */
  readonly integrationId?: string
  /** Called after each tool call, for metrics. */
  readonly onToolCall?: (call: ToolCall) => void
}

/** One tool call, without its arguments. */
export interface ToolCall {
  readonly tool: string
  /** The catalog's name; null where the call names none. */
  readonly operation: string | null
  /** `ok`, `confirmation` where a person has to confirm first, or the code of the error. */
  readonly outcome: string
  /** Milliseconds. */
  readonly duration: number
}

const KNOWN = ['path', 'pinnedTools', 'confirm', 'maxResultSize', 'callerOf', 'integrationId', 'onToolCall']
/** Of Fastify's own `register`. */
const OF_FASTIFY = ['prefix', 'logLevel', 'logSerializers']
const MAX_PINNED = 20

/** @throws OptionsError */
export function checkMcpOptions (options: McpOptions): void {
  const faults: string[] = []
  const { path, pinnedTools = [], confirm, maxResultSize } = options
  for (const name of Object.keys(options)) if (![...KNOWN, ...OF_FASTIFY].includes(name)) faults.push(`${name} is not an option`)
  if (path !== undefined && (typeof path !== 'string' || !/^\/[\w./-]+$/.test(path))) faults.push('path must be a path such as /mcp')
  if (confirm !== undefined && confirm !== 'always' && confirm !== 'never') faults.push('confirm must be always or never')
  if (maxResultSize !== undefined && !(Number.isInteger(maxResultSize) && maxResultSize >= 1_000)) {
    faults.push('maxResultSize must be a whole number of at least 1000')
  }
  if (!Array.isArray(pinnedTools)) faults.push('pinnedTools must be an array of operations')
  else {
    const unknown = pinnedTools.filter((name) => !Object.hasOwn(operations, name))
    if (unknown.length > 0) faults.push(`pinnedTools holds ${unknown.join(', ')}, which the catalog does not have`)
    if (pinnedTools.length > MAX_PINNED) faults.push(`pinnedTools must hold at most ${MAX_PINNED} operations`)
    if (new Set(pinnedTools).size < pinnedTools.length) faults.push('pinnedTools must hold each operation once')
  }
  if (faults.length > 0) throw new OptionsError(faults)
}
