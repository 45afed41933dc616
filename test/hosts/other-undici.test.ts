/** Bun replaces undici by classes without methods. Registration fails there; otherwise each call would be an error of the network. */
import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { test } from '../support/tap.ts'

const moduleOf = (code: string): string => 'data:text/javascript,' + encodeURIComponent(code)

const UNDICI = moduleOf('export class Agent {} export class Pool {} export class ProxyAgent {} export const request = null')

const LOADER = moduleOf(`
export const resolve = async (name, context, next) =>
  name === 'undici' ? { url: '${UNDICI}', shortCircuit: true } : await next(name, context)
`)

const PROGRAM = `
import { register } from 'node:module'
register(${JSON.stringify(LOADER)})
const { default: Fastify } = await import('fastify')
const { default: roller } = await import('fastify-roller')
const options = { nango: { secretKey: 'key' }, authorize: 'open' }
await Fastify().register(roller, options).then(() => {}, ({ message }) => { console.log(message) })`

test('a runtime without undici\'s pools is rejected by name', async (t) => {
  const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '--eval', PROGRAM])
  t.match(stdout, /needs Node\.js: .*undici.*Bun/)
})
