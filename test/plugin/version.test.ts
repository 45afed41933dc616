/** The version that the gateway names itself by is the package's. */
import { readFileSync } from 'node:fs'
import { test } from 'tap'
import { VERSION } from '../../plugin/index.ts'

test('version.ts equals package.json', async (t) => {
  t.equal(VERSION, JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')).version)
})
