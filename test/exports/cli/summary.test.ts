/** The tables at the end of an export and of a dry run. */
import { estimateTable, missingTable } from '#service/export/summary.js'
import { test } from '../../support/tap.ts'

test('what comes from outside neither moves the cursor nor ends a line', async (t) => {
  const name = 'Sky\u001b[2JBound\n\u009b1A'
  const venue = { id: '1', name, connectionId: 'a', timeZone: null }
  const lines = estimateTable([{ venue, files: 1, calls: 1, units: 1, orders: 0 }], { venue: 115, account: null }).split('\n')
  t.match(lines[2], /^1 Sky\?\[2JBound\?\?1A {2}1 /)
  const table = missingTable([{ venue: '1', report: null, days: [], reason: `ROLLER answered ${name}`, whatToDo: name }])
  t.equal(table.split('\n').length, 3)
  // eslint-disable-next-line no-control-regex
  t.notMatch(table, /[\u001b\u009b]/)
})
