import { test } from '../support/tap.ts'
import { callsAtRoller, listen } from '../support/build.ts'
import { rejectsAll, sendRaw } from './raw.ts'

const server = {
  routerOptions: { ignoreDuplicateSlashes: true, ignoreTrailingSlash: true, caseSensitive: false, useSemicolonDelimiter: true }
}

for (const prefix of ['', '/t/:tenant/api']) {
  const base = prefix.replace(':tenant', 'a')
  test(`applies the same checks on a host with lenient URL options (${base})`, async (t) => {
    const built = await listen(t, { server, options: { prefix } })
    await rejectsAll(t, built, [
      `${base}/roller//token`, `/${base}/roller/token`, `${base}//roller/../token`, `//${base}/roller/venues/me`,
      `${base}//roller//venues/me`,
      `${base}/ROLLER/../x`, `${base}/roller/..;x`, `${base}/roller/%2e%2e/`, `${base}/roller/..;/x`
    ], 'ROLLER_ERR_PATH')
    const tokens = [`${base}/ROLLER/Token`, `${base}/Roller/token/`, `${base}/roller/token;x=1`]
    await rejectsAll(t, built, tokens, 'ROLLER_ERR_OPERATION_FORBIDDEN')
  })
}

test('does not confuse a path in the query with the path', async (t) => {
  const built = await listen(t, { server })
  for (const target of ['/roller?x=/venues/me', '/roller?/venues/me', '/roller;x=/venues/me', '/roller']) {
    t.equal((await sendRaw(built.url, `GET ${target} HTTP/1.1`)).status, 404, target)
  }
  t.same(callsAtRoller(built), [])
})

test('forwards the caller\'s spelling where the host is case-insensitive', async (t) => {
  const built = await listen(t, { server })
  t.equal((await sendRaw(built.url, 'GET /Roller/venues/me HTTP/1.1')).status, 200)
  await sendRaw(built.url, 'GET /roller/Venues/Me/ HTTP/1.1')
  t.same(callsAtRoller(built).map(({ url }) => url), ['/venues/me', '/Venues/Me/'])
})
