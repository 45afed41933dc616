/** Every operation of the catalog has its place in the table of what changes what. */
import { test } from '../support/tap.ts'
import { changedBy, resourceOf } from '#plugin/gateway/cache/invalidation.js'
import { operations } from '#plugin/operations/operations.js'

const names = Object.keys(operations)
const reads = names.filter((name) => name.startsWith('GET '))
const writes = names.filter((name) => !name.startsWith('GET '))

test('every write is known, and what changes nothing is repeatable or leaves the venue as it is', async (t) => {
  for (const name of writes) {
    const changed = changedBy(name)
    if (changed === null) t.fail(`${name} is not in the table`)
    const { repeatable } = operations[name as keyof typeof operations] // its own key
    if (changed?.length === 0) t.ok(repeatable || name === 'POST /reporting/bulk', name)
    else t.notOk(repeatable, name)
  }
})

test('every read belongs somewhere; reports, and only they, to the reports', async (t) => {
  for (const name of reads) t.equal(resourceOf(name) === 'reports', /^GET \/(data|reporting)\//.test(name), name)
})

test('what a write touches is what is read by the same name', async (t) => {
  const known = new Set(reads.map(resourceOf))
  for (const name of writes) for (const resource of changedBy(name) ?? []) t.ok(known.has(resource), `${name}: ${resource}`)
})

test('an unknown write changes everything', async (t) => {
  for (const name of [undefined, 'POST /elsewhere', 'constructor']) t.equal(changedBy(name), null)
})
