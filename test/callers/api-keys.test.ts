/** Valid keys stay valid and invalid ones invalid, however often they are used. */
import { test } from '../support/tap.ts'
import { parseKeys } from '#service/auth/key-file.js'
import { findCaller } from '#service/auth/keys.js'

const KEYS = ['first-key-0123456789', 'second-key-0123456789']

test('finds every key, in any order', async (t) => {
  const callers = parseKeys(KEYS.join(), 'API_KEYS', [])
  const wrong = ['', 'first-key-012345678', 'first-key-01234567890', 'FIRST-KEY-0123456789', ' first-key-0123456789', '__proto__']
  for (let round = 0; round < 3; round++) {
    for (const key of wrong) t.equal(findCaller(callers, key), null, `${key} in round ${round}`)
    t.equal(findCaller(callers, 'first-key-0123456789')?.name, 'key-1')
    t.equal(findCaller(callers, 'second-key-0123456789')?.name, 'key-2')
  }
})

test('rejects a key of another list', async (t) => {
  t.equal(findCaller(parseKeys(KEYS[0] ?? '', 'API_KEYS', []), KEYS[0] ?? '')?.name, 'key-1')
  t.equal(findCaller(parseKeys(KEYS[1] ?? '', 'API_KEYS', []), KEYS[0] ?? ''), null)
})
