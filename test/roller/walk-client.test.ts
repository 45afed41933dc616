import { test } from '../support/tap.ts'
import { isRollerError, type OperationName } from 'fastify-roller'
import { operations } from '#plugin/operations/operations.js'
import { START, type Json, type Send } from '../sandbox/roller-fixture.ts'
import { build, CONNECTION_ID } from '../support/build.ts'
import { walkCatalog } from '../support/walk.ts'

/** Finds the operation and its parameters, literal segments before parameters. */
function match (method: string, path: string): { name: OperationName, params: Record<string, string> } {
  const found = Object.keys(operations)
    .filter((name) => name.startsWith(`${method} `))
    .map(
      (name) => (
        { name: name as OperationName, pattern: new RegExp(`^${name.slice(method.length + 1).replace(/\{(\w+)\}/g, '(?<$1>[^/]+)')}$`) }
      )
    )
    .sort((one, other) => Number(one.name.includes('{')) - Number(other.name.includes('{')))
    .find(({ pattern }) => pattern.test(path))
  if (found === undefined) throw new Error(`no operation for ${method} ${path}`)
  return { name: found.name, params: { ...found.pattern.exec(path)?.groups } }
}

test('all 79 operations work through the typed client, and their responses fit the catalog', async (t) => {
  const now = (): number => START
  const { app, roller } = await build(
    t,
    { options: { rateLimits: { reporting: { limit: 100_000 }, rest: { limit: 100_000 } } }, roller: { limits: 'off', now }, nango: { now } }
  )
  await app.ready()
  const call: Send = async (method, path, body) => {
    const [bare = '', query = ''] = path.split('?')
    const { name, params } = match(method, bare)
    const input = { connectionId: CONNECTION_ID, params, query: Object.fromEntries(new URLSearchParams(query)), body }
    try {
      // The inputs are parsed text, so their types are not the catalog's; compile-time checks are in test/types.
      const response: unknown = await app.roller.request(name, input as never)
      const created = 201 in operations[name].responses
      return {
        status: created ? 201 : 200,
        headers: {},
        body: (response ?? {}) as Json,
        text: response === undefined ? '' : JSON.stringify(response)
      }
    } catch (error) {
      if (!isRollerError(error) || error.code !== 'ROLLER_ERR_REFUSED') throw error
      return {
        status: error.statusCode, headers: {}, body: (error.upstream?.body ?? {}) as Json, text: JSON.stringify(error.upstream?.body)
      }
    }
  }
  await walkCatalog(t, roller, call)
})
