/** The reader of bulk files against JSON.parse, in chunks of any size. */
import { test } from '../../support/tap.ts'
import { readJsonArray } from '#service/export/json-array.js'

async function read (bytes: Buffer, size: () => number, largest?: number): Promise<unknown[]> {
  async function * chunks (): AsyncGenerator<Buffer> {
    for (let at = 0; at < bytes.length;) {
      const to = at + size()
      yield bytes.subarray(at, to)
      at = to
    }
  }
  const found: unknown[] = []
  for await (const element of readJsonArray(chunks(), largest)) found.push(element)
  return found
}

/** A pseudo-random number below the limit, the same in every run. */
function randomOf (seed: number): (limit: number) => number {
  let state = seed
  return (limit) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return Math.floor(state / 2 ** 32 * limit)
  }
}

const TEXTS = ['', 'a', '"', '\\', '\\"', '],[', '{}', 'Ä€😀', '\n\u2028\u0000', '__proto__']

function valueOf (random: (limit: number) => number, depth = 0): unknown {
  switch (random(depth > 3 ? 5 : 7)) {
    case 0: return null
    case 1: return random(2) === 1
    case 2: return random(2_000) / 7 - 100
    case 3: case 4: return TEXTS[random(TEXTS.length)]
    case 5: return Array.from({ length: random(4) }, () => valueOf(random, depth + 1))
    default: return Object.fromEntries(Array.from({ length: random(4) }, () => [TEXTS[random(TEXTS.length)], valueOf(random, depth + 1)]))
  }
}

test('reads what JSON.parse reads, and rejects what it rejects', async (t) => {
  const random = randomOf(Number(process.env['FUZZ_SEED'] ?? 1))
  let [accepted, rejected] = [0, 0]
  for (let round = 0; round < 3_000; round++) {
    const text = JSON.stringify(Array.from({ length: random(5) }, () => valueOf(random)), undefined, random(3))
    const bytes = Buffer.from(text)
    // Half of them are damaged.
    if (random(2) === 0) {
      const damage = Buffer.from('[]{},:"\\ 1tn')
      bytes[random(bytes.length)] = damage[random(damage.length)] ?? 0
    }
    const whole = random(10) === 0 ? bytes.subarray(0, random(bytes.length + 1)) : bytes
    let expected: unknown
    try { expected = JSON.parse(whole.toString()) } catch { expected = undefined }
    const found = await read(whole, () => 1 + random(9)).catch((error: unknown) => (error as Error).name)
    const wanted = Array.isArray(expected) ? expected : 'JsonArrayError'
    // Encoded: tap drops an assertion whose name has a U+2028, and the test passes.
    if (JSON.stringify(found) !== JSON.stringify(wanted)) t.same(found, wanted, encodeURI(whole.toString()))
    if (Array.isArray(expected)) accepted++
    else rejected++
  }
  t.ok(accepted > 1_000 && rejected > 500, `${accepted} accepted, ${rejected} rejected`)
})

test('a record of 5 MB passes, and one of any size does not', async (t) => {
  const record = { notes: 'x'.repeat(5_000_000) }
  t.same(await read(Buffer.from(JSON.stringify([record, 1])), () => 65_536), [record, 1])
  await t.rejects(read(Buffer.from(JSON.stringify([record])), () => 65_536, 1_000_000), { message: /more than 1000000 bytes/ })
})
