/** Hostile paths, queries, headers and bodies in well-framed requests: they reach only ROLLER's API, and no secret leaks. */
import fc from 'fast-check'
import tap, { test } from '../support/tap.ts'
import { campaign } from './campaign.ts'
import { single } from './conversation.ts'
import { hostileRequest } from './hostile.ts'

tap.setTimeout(1_800_000)

for (const transport of ['nango', 'direct'] as const) {
  test(transport, async (t) => {
    await campaign(t, transport, fc.tuple(hostileRequest, fc.boolean()).map(([request, chunked]) => single(request, chunked)))
  })
}
