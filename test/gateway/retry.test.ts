import { Readable } from 'node:stream'
import { test } from '../support/tap.ts'
import { backoff, defaultRetryPolicy, mayRepeat } from '#plugin/gateway/retry.js'
import type { OutgoingBody } from '#plugin/gateway/transport/transport.js'

const bytes: OutgoingBody = { kind: 'bytes', bytes: Buffer.alloc(1) }
const stream: OutgoingBody = { kind: 'stream', stream: Readable.from([]), length: null }

test('retries idempotent or unsent requests, never streamed ones', async (t) => {
  for (const [repeatable, body, maySent, expected] of [
    [true, null, true, true], [true, bytes, true, true], [true, null, false, true], [false, bytes, false, true], [false, null, false, true],
    [false, bytes, true, false], [false, null, true, false], [true, stream, false, false], [false, stream, false, false],
    [true, stream, true, false]
  ] as const) {
    t.equal(mayRepeat({ repeatable, body }, maySent), expected, `${String(repeatable)} ${body?.kind ?? 'no body'} ${String(maySent)}`)
  }
})

test('doubles the delay up to a cap, with full jitter', async (t) => {
  const policy = { limit: 9, baseMs: 100, capMs: 500, random: () => 0.5 }
  t.same([0, 1, 2, 3, 50].map((attempt) => backoff(policy, attempt)), [50, 100, 200, 250, 250])
  t.equal(backoff({ ...policy, random: () => 0 }, 3), 0)
  t.match(defaultRetryPolicy, { limit: 2, baseMs: 200, capMs: 2_000 })
})
