import { test } from '../support/tap.ts'
import { walkCatalog } from '../support/walk.ts'
import { start } from './roller-fixture.ts'

test('responds to all operations as documented', async (t) => {
  const { roller, call } = await start(t, { limits: 'off' })
  await walkCatalog(t, roller, call)
})
