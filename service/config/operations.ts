/** Variables that name operations of ROLLER. */
import { OPERATION_NAMES_RULE, unknownOperations } from 'fastify-roller/internal'
import type { OperationName } from 'fastify-roller'
import type { Environment } from './environment.ts'
import { list } from './values.ts'

/** As the plugin has it. */
const MAX_PINNED = 20

export function parseOperations (environment: Environment, faults: string[]): { allow?: string[], deny?: string[] } {
  const allow = parseList('ROLLER_OPERATIONS_ALLOW', environment.ROLLER_OPERATIONS_ALLOW, faults)
  const deny = parseList('ROLLER_OPERATIONS_DENY', environment.ROLLER_OPERATIONS_DENY, faults)
  return { ...(allow !== undefined && { allow }), ...(deny !== undefined && { deny }) }
}

export function parseMcp ({ MCP, MCP_CONFIRM: confirm, MCP_PINNED_TOOLS: tools }: Environment, faults: string[]) {
  const pinnedTools = parsePinnedTools(tools, faults)
  return MCP ? { confirm, pinnedTools } : null
}

function parseList (name: string, value: string | undefined, faults: string[]): string[] | undefined {
  if (value === undefined) return undefined
  const operations = list(value)
  const unknown = unknownOperations(operations)
  if (operations.length === 0 || unknown.length > 0) {
    faults.push(
      `${name} ${operations.length === 0 ? 'names nothing' : `names at place ${unknown.join(', ')} what is not known`}: give ` +
      `${OPERATION_NAMES_RULE}. Example: ${name}=GET /bookings,Payments,staff-accounts`
    )
  }
  return operations
}

/** Operations alone: a tool is one operation, not a tag or a group. */
function parsePinnedTools (value: string | undefined, faults: string[]): OperationName[] {
  const names = list(value)
  const isOperation = (name: string): name is OperationName => / \//.test(name) && unknownOperations([name]).length === 0
  const operations = names.filter(isOperation)
  if (value !== undefined && (names.length === 0 || names.length > MAX_PINNED || operations.length < names.length)) {
    faults.push(
      `MCP_PINNED_TOOLS must name 1 to ${MAX_PINNED} operations of ROLLER. ` +
      'Example: MCP_PINNED_TOOLS=GET /product-availability,POST /bookings'
    )
  }
  return [...new Set(operations)]
}
