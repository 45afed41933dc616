/** The invalidation table covers every operation of the catalog. */
import { test } from '../support/tap.ts'
import { changedBy, resourceOf } from '#plugin/gateway/cache/invalidation.js'
import { operations } from '#plugin/operations/operations.js'

const names = Object.keys(operations)
const reads = names.filter((name) => name.startsWith('GET '))
const writes = names.filter((name) => !name.startsWith('GET '))

test('lists every write; those that change nothing are idempotent or do not affect the venue', async (t) => {
  for (const name of writes) {
    const changed = changedBy(name)
    if (changed === null) t.fail(`${name} is not in the table`)
    const { repeatable } = operations[name as keyof typeof operations] // its own key
    if (changed?.length === 0) t.ok(repeatable || name === 'POST /reporting/bulk', name)
    else t.notOk(repeatable, name)
  }
})

test('assigns every read to a resource; only reports to the reports', async (t) => {
  for (const name of reads) t.equal(resourceOf(name) === 'reports', /^GET \/(data|reporting)\//.test(name), name)
})

test('uses the same resource names for writes and reads', async (t) => {
  const known = new Set(reads.map(resourceOf))
  for (const name of writes) for (const resource of changedBy(name) ?? []) t.ok(known.has(resource), `${name}: ${resource}`)
})

test('invalidates everything on an unknown write', async (t) => {
  for (const name of [undefined, 'POST /elsewhere', 'constructor']) t.equal(changedBy(name), null)
})
