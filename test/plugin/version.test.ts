/** The gateway's version in its requests is that of the package. */
import { readFileSync } from 'node:fs'
import { test } from '../support/tap.ts'
import { VERSION } from 'fastify-roller/internal'

test('equals the version in package.json', async (t) => {
  t.equal(VERSION, JSON.parse(readFileSync(new URL(import.meta.resolve('#root/package.json')), 'utf8')).version)
})
