/** The operations that a caller may use, found by words and described one at a time: all 79 schemas would be 55,000 tokens. */
import { isRollerError, RollerError } from '../errors.ts'
import { operationGroups } from '../operations/operation-groups.ts'
import type { OperationKey } from '../operations/operation.ts'
import { splitKey } from '../operations/paths.ts'
import type { CatalogOperation } from '../operations/validate.ts'
import { scopeOf } from '../routes/access.ts'
import type { CallContext } from './call-context.ts'
import { exampleOf, plainSchema } from './schema-text.ts'
import { resultSchema, type SearchResult } from './schemas.ts'

export const MAX_FOUND = 15

/** Models write sentences. */
const FILLERS: ReadonlySet<string> = new Set([
  'all', 'and', 'any', 'are', 'can', 'for', 'from', 'get', 'how', 'our', 'the', 'this', 'what', 'when', 'which', 'who', 'with', 'you'
])

const MONEY: ReadonlySet<string> = new Set(operationGroups['money-moving'])
const STAFF: ReadonlySet<string> = new Set(operationGroups['staff-accounts'])

/** True for operations that a person confirms. */
export function isDelicate (name: string): boolean { return MONEY.has(name) || STAFF.has(name) }

/**
 * Searches by words in name, summary, tag and description. Half of the words suffice; matches in name and summary rank higher.
 * @param words empty: all of the tag
 * @returns one line for each, at most MAX_FOUND
 */
export async function searchOperations (
  context: CallContext, words: string, tag: string | undefined
): Promise<SearchResult> {
  const wanted = words.toLowerCase().split(/[^a-z0-9]+/).filter((word) => word.length > 2 && !FILLERS.has(word)).slice(0, 20)
  const ranked = [...context.registration.entries.values()]
    .filter(({ operation }) => tag === undefined || operation.tag.toLowerCase() === tag.toLowerCase())
    .map((entry) => ({ entry, score: scoreOf(entry, wanted) }))
    .filter(({ score }) => score > 0)
    .sort((a, b) => b.score - a.score)
  const open: CatalogOperation[] = []
  for (const { entry } of ranked) if (await isOpen(context, entry)) open.push(entry)
  return {
    operations: open.slice(0, MAX_FOUND).map(lineOf),
    found: open.length,
    ...(open.length > MAX_FOUND && { truncated: 'Add words, or a tag, to see the others.' })
  }
}

/** @throws RollerError ROLLER_ERR_VALIDATION for one that does not exist or that the caller may not use: the two look the same */
export async function describeOperation (context: CallContext, name: string, withOutput: boolean): Promise<Record<string, unknown>> {
  const entry = context.registration.entries.get(name)
  if (entry === undefined || !await isOpen(context, entry)) throw unknownOperation(name)
  const { id, summary, description, tag, rateLimit, params, query, body } = entry.operation
  const output = resultSchema(entry.operation)
  return {
    operation: name,
    id,
    summary,
    ...(description !== undefined && { description }),
    tag,
    tool: name.startsWith('GET ') ? 'read_roller' : 'write_roller',
    rateLimit,
    writes: !name.startsWith('GET '),
    movesMoney: MONEY.has(name),
    confirmedByPerson: isDelicate(name) && context.confirm === 'always',
    countsAgainstAllowance: rateLimit === 'bulk',
    input: {
      ...(params !== undefined && { path: plainSchema(params) }),
      ...(query !== undefined && { query: plainSchema(query) }),
      ...(body !== undefined && { body: plainSchema(body) })
    },
    example: {
      operation: name,
      ...(params !== undefined && { path: exampleOf(params) }),
      ...(query !== undefined && { query: exampleOf(query) }),
      ...(body !== undefined && { body: exampleOf(body) })
    },
    ...(withOutput && output !== undefined && { output: plainSchema(output) })
  }
}

export function unknownOperation (name: string): RollerError {
  return new RollerError('ROLLER_ERR_VALIDATION', {
    detail: 'The operation does not exist, or this caller may not use it.',
    hint: 'Call search_operations, and use a name exactly as it is returned.',
    errors: [{ pointer: '/operation', detail: `${JSON.stringify(name.slice(0, 100))} is not an operation of this caller` }]
  })
}

/** Open on this gateway, and within the caller's rights, whatever the venue: `authorize` gets no connection for it. */
export async function isOpen ({ request, registration: { policy, access } }: CallContext, entry: CatalogOperation): Promise<boolean> {
  const { method } = splitKey(entry.name as OperationKey) // an operation's name is its key
  try {
    policy({ method, operation: entry, target: entry.template.replace(/\{\w+\}/g, 'x') })
    await access.authorize(request, entry.name, scopeOf(method), null)
    return true
  } catch (error) {
    if (isRollerError(error) && error.statusCode < 500) return false
    throw error
  }
}

function scoreOf ({ name, operation: { id, summary, tag, description = '' } }: CatalogOperation, words: readonly string[]): number {
  if (words.length === 0) return 1
  const near = `${name} ${id} ${summary}`.toLowerCase()
  const far = `${tag} ${description}`.toLowerCase()
  const scores = words.map((word) => {
    const stem = word.length > 4 ? word.replace(/(ings?|ied|ed|ies|es|s|y)$/, '') : word
    return near.includes(stem) ? 3 : far.includes(stem) ? 1 : 0
  })
  // Half of the words suffice.
  const missing = scores.filter((score) => score === 0).length
  return missing * 2 > words.length ? 0 : scores.reduce((sum: number, score) => sum + score, 0)
}

function lineOf ({ name, operation: { summary, tag, rateLimit } }: CatalogOperation): string {
  const effects = name.startsWith('GET ') ? [] : MONEY.has(name) ? ['writes', 'moves money'] : ['writes']
  const notes = [tag, ...effects, ...(rateLimit === 'rest' ? [] : [rateLimit])]
  return `${name}: ${summary} (${notes.join(', ')})`
}
