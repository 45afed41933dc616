/** A query is parsed like URLSearchParams does. */
import fc from 'fast-check'
import { test } from '../support/tap.ts'
import { readPairs } from '#plugin/operations/query.js'

const expected = (query: string): string[] => [...new URLSearchParams(query)].flat()

test('parses examples', async (t) => {
  t.same(readPairs(''), [])
  t.same(readPairs('?'), [])
  t.same(readPairs('?keywords=smith&date=2026-11-30'), ['keywords', 'smith', 'date', '2026-11-30'])
  t.same(readPairs('?a=1+2%2B3&&b&=c&d=e=f&a='), ['a', '1 2+3', 'b', '', '', 'c', 'd', 'e=f', 'a', ''])
  t.same(readPairs('?%6Eame=%C3%A9'), ['name', 'é'])
})

test('parses any text like URLSearchParams', async (t) => {
  const piece = fc.constantFrom('a', 'date', '=', '&', '+', '%', '%2', '%20', '%26', '%3D', '%C3%A9', '%ff', '%zz', '?', '0')
  fc.assert(fc.property(fc.array(piece, { maxLength: 12 }).map((pieces) => `?${pieces.join('')}`), (query) => {
    t.same(readPairs(query), expected(query), query)
  }), { numRuns: 2_000 })
})
