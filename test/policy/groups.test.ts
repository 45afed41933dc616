/** The groups of operations that move money, and that affect staff accounts, are complete. */
import { test } from '../support/tap.ts'
import { operationGroups } from '#plugin/operations/operation-groups.js'
import type { Operation } from '#plugin/operations/operation.js'
import { operations } from '#plugin/operations/operations.js'

const catalog = Object.entries(operations as Record<string, Operation>)
const [money, staff] = [operationGroups['money-moving'], operationGroups['staff-accounts']].map((names) => new Set<string>(names))

/** Names of all properties of a body, at any depth. */
function propertiesOf (schema: unknown, seen = new Set<unknown>()): string[] {
  if (typeof schema !== 'object' || schema === null || seen.has(schema)) return []
  seen.add(schema)
  const { properties, ...rest } = schema as { properties?: object }
  return [
    ...Object.entries(properties ?? {}).flatMap(([name, child]) => [name, ...propertiesOf(child, seen)]),
    ...Object.values(rest).flatMap((child) => propertiesOf(child, seen))
  ]
}

const MONEY = /payment|refund|giftcard|tip(s|note)?$/i

test('money-moving contains every operation that records, returns, spends or creates money, and no read', async (t) => {
  let found = 0
  for (const [key, operation] of catalog) {
    if (operation.repeatable) {
      t.notOk(money?.has(key), `${key} only reads`)
      continue
    }
    // A webhook's body names the events that it receives.
    const words = [...key.split('/'), ...operation.tag === 'Webhooks' ? [] : propertiesOf(operation.body)]
    // Publishing a draft records payments; deleting a booking deletes its transactions.
    const moves = words.some((word) => MONEY.test(word)) || key === 'POST /bookings/draft/publish' || key === 'DELETE /bookings/{uniqueId}'
    t.equal(money?.has(key), moves, key)
    if (moves) found++
  }
  t.equal(found, money?.size)
  t.ok(found >= 10)
})

test('staff-accounts contains every operation on staff accounts', async (t) => {
  let found = 0
  for (const [key, operation] of catalog) {
    const touches = /staff/i.test(`${key} ${operation.id} ${operation.tag} ${operation.summary}`)
    t.equal(staff?.has(key), touches, key)
    if (touches) found++
  }
  t.equal(found, staff?.size)
  t.ok(found >= 9)
})

test('does not confuse a group with a tag', async (t) => {
  const tags = new Set(catalog.map(([, { tag }]) => tag))
  for (const name of Object.keys(operationGroups)) t.notOk(tags.has(name), name)
})
