/** How to resolve a time that a clock change skips or repeats is checked for every time: a wrong word must not wait for the next change. */
import { test } from '../support/tap.ts'
import { toInstant, type Disambiguation } from 'fastify-roller/time'

test('names the values that disambiguation may have', async (t) => {
  for (const text of ['2026-03-29T01:30:00', '2026-06-01T12:00:00', '2026-06-01T12:00:00Z']) {
    for (const wrong of ['latest', '', 'Later', 1] as unknown as Disambiguation[]) { // as from JavaScript
      t.throws(() => toInstant(text, 'Europe/London', { disambiguation: wrong }), {
        name: 'RollerTimeError', code: 'ROLLER_TIME_INVALID', message: /disambiguation.*compatible, earlier, later or reject/
      }, `${text} ${String(wrong)}`)
    }
  }
})
