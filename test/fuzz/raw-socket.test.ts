/**
 * Bytes on a raw socket: pipelining, request smuggling, broken framing and invalid HTTP. One request leads to one call, with its own
 * identity.
 */
import tap, { test } from '../support/tap.ts'
import { campaign } from './campaign.ts'
import { rawConversation } from './smuggling.ts'

tap.setTimeout(1_800_000)

for (const transport of ['nango', 'direct'] as const) {
  test(transport, async (t) => { await campaign(t, transport, rawConversation) })
}
