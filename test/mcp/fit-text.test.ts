/** A result that is no list is shown as the beginning of its text. */
import t from '../support/tap.ts'

import { fitData } from '#plugin/mcp/fit.js'

t.test('the text is within the size as JSON, whatever has to be escaped in it', (t) => {
  for (const note of ['"', '\\', '\n', '\u0001', 'é', '😀']) {
    const { data, truncated = '' } = fitData({ note: note.repeat(3_000) }, 1_000)
    const size = JSON.stringify(data).length
    t.ok(size <= 1_000 && size > 900, `${size} characters of ${JSON.stringify(note)}`)
    t.match(truncated, `the first ${String(data).length} of `)
  }
  t.end()
})

t.test('no emoji is cut in half', (t) => {
  for (const size of [1_000, 1_001]) {
    const { data } = fitData({ note: '😀'.repeat(3_000) }, size)
    t.equal(Buffer.from(String(data)).toString(), data)
  }
  t.end()
})
