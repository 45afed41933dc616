import { test } from '../../support/tap.ts'
import { startForwardProxy } from '../../support/forward-proxy.ts'
import { filesOf, open } from './fixture.ts'

test('the export command calls Nango through the configured proxy', async (t) => {
  const exports = await open(t, { names: [] })
  const proxy = await startForwardProxy(t, { names: { 'nango.test': exports.nango.url } })
  const program = exports.command(['--reports', 'discounts', '--from', '2026-11-10', '--out', exports.folder], {
    NANGO_HOST: 'http://nango.test', HTTP_PROXY: proxy.url, NO_PROXY: '', NODE_OPTIONS: ''
  })
  t.equal(await program.exited, 0, program.output())
  t.equal(Object.keys(filesOf(exports.folder)).length, 1)
  t.match(proxy.passed().join('\n'), /nango\.test/)
})
