import t from '../support/tap.ts'

import { converse } from './converse.ts'
import { startMcp } from './fixture.ts'

const cases = [
  { legacy: false, confirm: 'always', bookings: 1 },
  { legacy: true, confirm: 'always', bookings: 0 },
  { legacy: true, confirm: 'never', bookings: 1 }
] as const

for (const transport of ['nango', 'direct'] as const) {
  for (const { legacy, confirm, bookings } of cases) {
    const revision = legacy ? '2025' : '2026'
    t.test(`an agent of revision ${revision}, confirm ${confirm}, makes ${bookings} bookings over ${transport}`, async (t) => {
      const { url, roller } = await startMcp(t, { options: { transport } }, { confirm })
      await converse(url, { legacy, confirmed: confirm === 'always' })
      t.equal(roller.requests.filter(({ method, url }) => method === 'POST' && /^\/bookings(\?|$)/.test(url)).length, bookings)
    })
  }
}
