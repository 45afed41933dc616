import { test } from '../support/tap.ts'
import { listen } from '../support/build.ts'
import { rejectsAll, sendRaw } from './raw.ts'

/** Percent-encodes every character, `depth` times. */
function disguise (text: string, depth: number): string {
  if (depth === 0) return text
  const once = [...text].map((character) => '%' + character.charCodeAt(0).toString(16).padStart(2, '0')).join('')
  return depth === 1 ? once : disguise(text, 1).replace(/%/g, '%' + '25'.repeat(depth - 1))
}

test('forwards no spelling of a dot segment', async (t) => {
  const targets = [
    '/roller/../connections', '/roller/..', '/roller/../', '/roller/./venues/me', '/roller/venues/../../connections', '/roller/venues/..',
    '/roller/.%2e/connections', '/roller/%2e./connections', '/roller/%2E%2E/connections', '/roller/..%2fconnections',
    '/roller/venues%2f..%2f..%2fx',
    '/roller/..%252fconnections', '/roller/%2e%2e%2fconnections', '/roller/%252e%252e/%25', '/roller/%252e%252e%252f%25zz',
    '/roller/..;/connections', '/roller/..;a=b/connections', '/roller/%2e%2e%3b/connections', '/roller/.;/venues/me',
    '/roller/venues/..%3bx/y',
    '/roller/..?x=1', '/roller/%2e%2e?x=/a',
    // Overlong UTF-8, which lenient decoders read as dots and slashes.
    '/roller/%25c0%25ae%25c0%25ae/x', '/roller/..%25c0%25af', '/roller/%25e0%2580%25ae/x', '/roller/%25f0%2580%2580%25ae/x',
    '/roller/%25c1%259c',
    ...[1, 2, 3, 5, 7, 8, 9, 40].map((depth) => `/roller/${disguise('..', depth)}/connections`),
    ...[1, 2, 5].map((depth) => `/roller/venues/${disguise('../..', depth)}/connections`)
  ]
  const built = await listen(t)
  await rejectsAll(t, built, targets, 'ROLLER_ERR_PATH')
  await rejectsAll(t, built, targets.slice(0, 4), 'ROLLER_ERR_PATH', 'POST')
})

test('rejects overlong UTF-8 that the router cannot decode', async (t) => {
  const built = await listen(t)
  for (
    const target of [
      '/roller/%c0%ae%c0%ae/connections', '/roller/..%c0%af', '/roller/%e0%80%ae/x', '/roller/%f0%80%80%ae/x', '/roller/%c1%9c'
    ]
  ) {
    t.equal((await sendRaw(built.url, `GET ${target} HTTP/1.1`)).status, 400, target)
  }
  t.same(built.nango.requests, [])
})
