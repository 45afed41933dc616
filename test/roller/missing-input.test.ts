import { test } from '../support/tap.ts'
import type { InputFault } from '#plugin/errors.js'
import { isRollerError, type OperationName } from 'fastify-roller'
import type { Operation, OperationKey } from '#plugin/operations/operation.js'
import { operations } from '#plugin/operations/operations.js'
import { splitKey } from '#plugin/operations/paths.js'
import type { TSchema } from '#plugin/operations/schema.js'
import { build, callsAtRoller, CONNECTION_ID, VENUE } from '../support/build.ts'

const catalog: readonly [string, Operation][] = Object.entries(operations)

function requiredOf (schema: TSchema | undefined, root: string): string[] {
  return ((schema?.required ?? []) as string[]).map((name) => `${root}/${name}`)
}

test('names every missing required input, without a call to ROLLER', async (t) => {
  const built = await build(t)
  for (const [name, operation] of catalog) {
    const { method, path } = splitKey(name as OperationKey)
    const wanted = [
      ...requiredOf(operation.query, '/query'), ...requiredOf(operation.headers, '/headers'), ...requiredOf(operation.body, '/body')
    ]
    if (wanted.length === 0) continue
    const response = await built.app.inject({
      method: method as 'GET', // the catalog's methods are all Fastify's
      url: `/roller${path.replace(/\{\w+\}/g, '1')}`,
      headers: VENUE,
      ...(operation.body !== undefined && { payload: {} })
    })
    t.equal(response.statusCode, 400, name)
    const pointers = (response.json().errors as InputFault[]).filter(({ detail }) => detail === 'is missing').map(({ pointer }) => pointer)
    t.same(wanted.filter((pointer) => !pointers.includes(pointer)), [], `${name} names ${wanted.join(', ')}`)
  }
  t.same(callsAtRoller(built), [])
})

test('names a missing body', async (t) => {
  const built = await build(t)
  const response = await built.app.inject({ method: 'POST', url: '/roller/bookings', headers: VENUE })
  t.equal(response.statusCode, 400)
  t.match(response.json(), { code: 'ROLLER_ERR_VALIDATION', layer: 'caller', errors: [{ pointer: '/body', detail: 'is missing' }] })
  t.same(callsAtRoller(built), [])
})

test('sends a call without its optional body', async (t) => {
  const built = await build(t)
  await built.app.inject({ method: 'DELETE', url: '/roller/bookings/B1', headers: VENUE })
  t.same(callsAtRoller(built), [{ method: 'DELETE', url: '/bookings/B1' }])
})

test('names every missing path parameter in the typed client', async (t) => {
  const built = await build(t)
  await built.app.ready()
  for (const [name, operation] of catalog) {
    for (const pointer of requiredOf(operation.params, '/params')) {
      const error: unknown = await built.app.roller.request(
        name as OperationName, { connectionId: CONNECTION_ID } as never
      ).catch((thrown: unknown) => thrown)
      t.ok(isRollerError(error) && error.code === 'ROLLER_ERR_VALIDATION', name)
      t.match(error, { statusCode: 400, errors: [{ detail: 'is missing' }] }, pointer)
    }
  }
  t.same(callsAtRoller(built), [])
})
