/** A key that was right is known again without its digest; a wrong one never is, however often it is shown. */
import { test } from '../support/tap.ts'
import { parseKeys } from '#service/auth/key-file.js'
import { keyFinder } from '#service/auth/keys.js'

const KEYS = ['first-key-0123456789', 'second-key-0123456789']

test('right keys stay right and wrong ones wrong, in any order', async (t) => {
  const find = keyFinder(parseKeys(KEYS.join(), 'API_KEYS', []))
  const wrong = ['', 'first-key-012345678', 'first-key-01234567890', 'FIRST-KEY-0123456789', ' first-key-0123456789', '__proto__']
  for (let round = 0; round < 3; round++) {
    for (const key of wrong) t.equal(find(key), null, `${key} in round ${round}`)
    t.equal(find('first-key-0123456789')?.name, 'key-1')
    t.equal(find('second-key-0123456789')?.name, 'key-2')
  }
})

test('what one guard has seen is nothing to another', async (t) => {
  const [first, other] = [keyFinder(parseKeys(KEYS[0] ?? '', 'API_KEYS', [])), keyFinder(parseKeys(KEYS[1] ?? '', 'API_KEYS', []))]
  t.equal(first(KEYS[0] ?? '')?.name, 'key-1')
  t.equal(other(KEYS[0] ?? ''), null)
})
