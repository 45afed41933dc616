/** JSON may escape any character: PHP writes `tools\\/list`. */
import t from '../support/tap.ts'

import { startMcp } from './fixture.ts'

t.test('leaves out pinned tools that the caller may not use, however the client writes tools/list', async (t) => {
  const { url } = await startMcp(t, { options: { readOnly: true } }, { pinnedTools: ['GET /products', 'POST /bookings'] })
  for (const [mark, method] of [['', 'tools/list'], ['', 'tools\\/list'], ['', 'tools\\u002flist'], ['\ufeff', 'tools/list']] as const) {
    const response = await fetch(url, {
      method: 'POST',
      headers: {
        'content-type': 'application/json', accept: 'application/json, text/event-stream', 'mcp-protocol-version': '2025-06-18'
      },
      body: `${mark}{"jsonrpc":"2.0","id":1,"method":"${method}"}`
    })
    const text = await response.text()
    t.match(text, /"listProducts"/, method)
    t.notMatch(text, /createBooking/, method)
  }
})
