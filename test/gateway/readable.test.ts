/** Bodies that the gateway reads itself: compressed ones are decoded, up to a limit. */
import { gzipSync } from 'node:zlib'
import { test } from '../support/tap.ts'
import { readable } from '#plugin/gateway/readable.js'

test('decodes a body up to the limit', async (t) => {
  const body = Buffer.from('{}')
  for (const encoding of [undefined, 'identity']) t.equal(readable(body, encoding, 10), body)
  for (const encoding of ['gzip', 'GZIP', 'x-gzip']) t.same(readable(gzipSync(body), encoding, 10), body)
  t.equal(readable(gzipSync(Buffer.alloc(11)), 'gzip', 10), null, 'it is longer')
  t.equal(readable(body, 'gzip', 10), null, 'it is not compressed')
  t.equal(readable(body, 'zstd', 10), null, 'unknown')
  t.equal(readable(Buffer.alloc(0), 'gzip', 10)?.length, 0, 'a response without a body')
})
