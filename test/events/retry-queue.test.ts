import { test } from '../support/tap.ts'
import { RetryQueue, type RetryQueueOptions } from '#plugin/webhooks/retry-queue.js'
import { ManualClock } from '../support/manual-clock.ts'

const settle = async (): Promise<void> => { for (let turn = 0; turn < 5; turn++) await new Promise(setImmediate) }

function start (options: Partial<RetryQueueOptions> = {}) {
  const clock = new ManualClock()
  const ended: object[] = []
  const queue = new RetryQueue({
    clock,
    random: () => 0,
    onGivenUp: (facts) => { ended.push(facts) },
    onDone: (facts) => { ended.push({ ...facts, reason: 'done' }) },
    ...options
  })
  return { clock, queue, ended }
}

const fails = async (): Promise<void> => { throw new Error('no room') }

test('increases delays from a second to five minutes, with a last attempt after a day', async (t) => {
  const { clock, queue, ended } = start()
  const begun = clock.now()
  let tries = 1
  queue.add('a', async () => { tries++; await fails() }, new Error('first'))
  const pauses: number[] = []
  while (clock.waiting > 0) {
    const [pause = 0] = clock.waits
    pauses.push(pause)
    clock.advance(pause)
    await settle()
  }
  t.same(pauses.slice(0, 11), [1_000, 2_000, 4_000, 8_000, 16_000, 32_000, 64_000, 128_000, 256_000, 300_000, 300_000])
  t.equal(clock.now() - begun, 86_400_000)
  t.match(ended, [{ key: 'a', reason: 'too-old', tries, error: { message: 'no room' } }])
  t.equal(queue.size, 0)
})

test('adds jitter to the delays of work that failed together', async (t) => {
  const { clock, queue } = start({ random: Math.random })
  for (let count = 0; count < 50; count++) queue.add(String(count), fails, null)
  t.ok(clock.waits.every((pause) => pause > 799 && pause <= 1_000))
  t.ok(new Set(clock.waits.map(Math.round)).size > 10)
  await queue.close()
})

test('bounds the pending work, and reports what it gives up', async (t) => {
  const { clock, queue, ended } = start()
  for (let count = 0; count < 1_001; count++) queue.add(String(count), fails, new Error('first'))
  t.equal(queue.size, 1_000)
  t.match(ended, [{ key: '1000', reason: 'too-many', tries: 1 }])
  t.equal(clock.waiting, 1_000)
  t.equal(await queue.close(), 1_000)
  t.equal(clock.waiting, 0, 'no timer is left')
})

test('queues a key once, with the newer work', async (t) => {
  const { clock, queue, ended } = start()
  const done: string[] = []
  queue.add('a', async () => { done.push('older') }, null)
  clock.advance(500)
  queue.add('a', async () => { done.push('newer') }, null)
  clock.advance(500)
  await settle()
  t.same(done, ['newer'])
  t.match(ended, [{ reason: 'done', tries: 2 }])
  t.equal(clock.waiting, 0)
})

test('does not retry work that was done elsewhere', async (t) => {
  const { clock, queue, ended } = start()
  queue.add('a', () => { throw new Error('tried') }, null)
  queue.remove('a')
  clock.advance(1_000_000)
  await settle()
  t.same(ended, [])
  t.equal(queue.size, 0)
})

for (const succeeds of [true, false]) {
  test(`an attempt that ${succeeds ? 'succeeds' : 'fails'} after its work was done elsewhere changes nothing`, async (t) => {
    const { clock, queue, ended } = start()
    let end = (): void => {}
    let tries = 0
    const work = (): Promise<void> => new Promise((resolve, reject) => {
      tries++
      end = () => { succeeds ? resolve() : reject(new Error('no room')) }
    })
    queue.add('a', work, null)
    clock.advance(1_000)
    await settle()
    queue.remove('a')
    queue.add('a', work, null) // failed again meanwhile
    end()
    await settle()
    t.equal(queue.size, 1)
    t.same(ended, [])
    clock.advance(1_000)
    await settle()
    t.equal(tries, 2)
    t.equal(clock.waiting, 0)
  })
}

test('retries nothing that fails while it closes', async (t) => {
  const { clock, queue } = start()
  let fail = (): void => {}
  queue.add('a', () => new Promise((_resolve, reject) => { fail = () => reject(new Error('no room')) }), null)
  clock.advance(1_000)
  await settle()
  const closed = queue.close()
  fail()
  t.equal(await closed, 1)
  t.equal(clock.waiting, 0, 'no timer is left')
})

test('waits for an attempt in progress on close, and accepts nothing more', async (t) => {
  const { clock, queue, ended } = start()
  let finish = (): void => {}
  queue.add('slow', () => new Promise((resolve) => { finish = resolve }), null)
  clock.advance(500)
  queue.add('waiting', fails, null)
  clock.advance(500)
  const closed = queue.close()
  finish()
  t.equal(await closed, 1)
  t.match(ended, [{ key: 'slow', reason: 'done' }])
  queue.add('late', fails, null)
  t.match(ended[1], { key: 'late', reason: 'closed' })
  t.equal(clock.waiting, 0)
})
