import { test } from '../support/tap.ts'
import { callsAtRoller, listen } from '../support/build.ts'
import { rejectsAll, sendRaw } from './raw.ts'

test('rejects double slashes, backslashes, control characters and broken escapes', async (t) => {
  const built = await listen(t)
  await rejectsAll(t, built, [
    '/roller//evil.example/', '/roller//evil.example/venues/me', '/roller/venues//me', '/roller/%2fevil.example/', '/roller/venues/%2f/me',
    '/roller/%252f/x',
    '/roller/;x/token', '/roller/;/venues/me', '/roller/venues/%3b/me',
    '/roller/\\evil.example', '/roller/venues\\..\\x', '/roller/%5cevil.example', '/roller/%255c%255cevil.example', '/roller/a%5C..%5Cb',
    '/roller/venues/%00', '/roller/venues/me%00.json', '/roller/%2500', '/roller/%0d%0aHost:%20evil', '/roller/%250a',
    '/roller/%09', '/roller/%7f', '/roller/%1f',
    '/roller/venues/me#/x', '/roller/venues/me?x=1#y'
  ], 'ROLLER_ERR_PATH')
})

test('rejects an unparsable target', async (t) => {
  const built = await listen(t)
  for (const target of ['a%zz', 'a%', 'a%2', '%u002e%u002e/x', '%ff', 'venues\0/me', 'venues\x01/me', 'ven\nues/me']) {
    t.equal((await sendRaw(built.url, `GET /roller/${target} HTTP/1.1`)).status, 400, JSON.stringify(target))
  }
  t.same(built.nango.requests, [])
})

test('forwards unusual but valid characters', async (t) => {
  const built = await listen(t)
  for (const path of ['/x/100%25', '/x/a%20b', '/x/Zo%C3%AB', '/x/..a', '/x/a..', '/x/...', '/x/%E2%82%AC', '/x/a;b=c']) {
    await sendRaw(built.url, `GET /roller${path} HTTP/1.1`)
  }
  t.same(callsAtRoller(built).map(({ url }) => url),
    ['/x/100%25', '/x/a%20b', '/x/Zo%C3%AB', '/x/..a', '/x/a..', '/x/...', '/x/%E2%82%AC', '/x/a;b=c'])
})
