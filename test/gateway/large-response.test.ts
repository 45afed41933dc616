import { fork } from 'node:child_process'
import { once } from 'node:events'
import { createHash } from 'node:crypto'
import { setTimeout as wait } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { test } from '../support/tap.ts'
import { blocks } from '#sandbox/roller/lab.js'
import { SECRET_KEY, startSimulators, VENUE } from '../support/build.ts'

const SIZE = 200 * 1024 * 1024
/** Half the body: how much garbage a process keeps differs between versions of Node.js. */
const MAX_GROWTH_KIB = 100 * 1024
/** The reader is slower than the sender: without back-pressure the response would accumulate in the gateway. */
const PAUSE_MS = 2_000

test('keeps its memory constant during a response of 200 MiB', async (t) => {
  const { nango } = await startSimulators(t)
  const child = fork(fileURLToPath(new URL('./large-response-server.js', import.meta.url)), [nango.url, SECRET_KEY])
  t.teardown(() => { child.kill() })
  const [{ url }] = await once(child, 'message')
  const peak = async (): Promise<number> => {
    child.send('rss')
    const [{ kib }] = await once(child, 'message')
    return kib
  }
  const download = async (size: number): Promise<string> => {
    const response = await fetch(`${url}/roller/sandbox/bytes/${size}?chunked=1`, { headers: VENUE })
    t.equal(response.status, 200)
    const hash = createHash('sha256')
    await wait(PAUSE_MS)
    for await (const chunk of response.body ?? []) hash.update(chunk)
    return hash.digest('hex')
  }
  await download(16 * 1024 * 1024) // memory that every process allocates once
  const before = await peak()
  const expected = createHash('sha256')
  for (const block of blocks(SIZE)) expected.update(block)
  t.equal(await download(SIZE), expected.digest('hex'))
  const growth = await peak() - before
  t.ok(growth < MAX_GROWTH_KIB, `grew by ${growth} KiB`)
})
