/** `roller-sandbox`: prints its addresses and keys, keeps its data while it runs, and exits on a signal. */
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import tap, { test, type Test } from '../support/tap.ts'
import { start, type Program } from '../examples/program.ts'

tap.setTimeout(120_000) // starting a process is slow on a busy machine

const MAIN = fileURLToPath(import.meta.resolve('roller-sandbox').replace(/index\.js$/, 'main.js'))
const KEY = '7f9c2f5e-8a53-4c1b-9b1e-0c2d3e4f5a6b'
const cli = (t: Test, ...args: string[]): Program => start(t, process.execPath, [MAIN, ...args])

type Facts = Record<'nangoUrl' | 'secretKey' | 'webhookSigningKey' | 'connectUiUrl' | 'rollerUrl' | 'connectionId', string>

async function facts (program: Program): Promise<Facts> {
  return JSON.parse(String((await program.printed(/^(\{.*\})\n/))[1])) as Facts
}

const authorized = { authorization: `Bearer ${KEY}` }

test('--json prints one line, and both simulators respond', async (t) => {
  const program = cli(t, '--json', '--secret-key', KEY)
  const { nangoUrl, secretKey, webhookSigningKey, connectUiUrl, rollerUrl, connectionId } = await facts(program)
  t.equal(secretKey, KEY)
  t.ok(webhookSigningKey)
  const address = { 'connection-id': connectionId, 'provider-config-key': 'roller' }
  const venue = await fetch(`${nangoUrl}/proxy/venues/me`, { headers: { ...authorized, ...address } })
  t.match(await venue.json(), { name: String })
  t.equal((await fetch(connectUiUrl)).status, 200)
  t.equal((await fetch(`${rollerUrl}/venues/me`)).status, 401)
  program.child.kill('SIGTERM')
  t.equal(await program.exited, 0)
  t.match(program.output(), /^\{.*\}\n$/, 'and nothing else')
})

test('keeps its output while it runs', async (t) => {
  const program = cli(t, '--json', '--secret-key', KEY)
  const { nangoUrl, connectionId } = await facts(program)
  const url = `${nangoUrl}/connections/${connectionId}?provider_config_key=roller`
  const headers = { ...authorized, 'content-type': 'application/json' }
  t.equal((await fetch(url, { method: 'PATCH', headers, body: JSON.stringify({ tags: { kept: 'yes' } }) })).status, 200)
  t.match(await (await fetch(url, { headers: authorized })).json(), { tags: { kept: 'yes' } })
})

test('prints every fact for people without --json, and ends on Ctrl+C', async (t) => {
  const program = cli(t)
  await program.printed(/Stop it/)
  for (const fact of [
    /Nango +http:\/\/127\.0\.0\.1:\d+\n/,
    /Secret key +[0-9a-f-]{36}\n/,
    /Webhook signing key +\S+\n/,
    /Connect UI +http\S+\/\n/,
    /ROLLER +http\S+\n/,
    /venue +demo-venue\n/
  ]) t.match(program.output(), fact)
  program.child.kill('SIGINT')
  t.equal(await program.exited, 0)
})

test('exits with 2 and the usage for an unknown option', async (t) => {
  for (const args of [
    ['--colour'], ['extra'], ['--port', 'x'], ['--port', '65536'], ['--secret-key', 'secret'], ['--send-webhooks-to', 'app'],
    ['--send-webhooks-to', 'localhost:3000']
  ]) {
    const program = cli(t, ...args)
    t.equal(await program.exited, 2, args.join(' '))
    t.match(program.output(), /^[^\n]+\n\nUsage: roller-sandbox/)
  }
})

test('supports --help and --version', async (t) => {
  const help = cli(t, '--help')
  t.equal(await help.exited, 0)
  for (const name of ['port', 'roller-port', 'connect-ui-port', 'host', 'seed', 'secret-key', 'json']) t.match(help.output(), `--${name}`)
  const version = cli(t, '--version')
  t.equal(await version.exited, 0)
  const file = fileURLToPath(import.meta.resolve('roller-sandbox/package.json'))
  const { version: expected } = JSON.parse(readFileSync(file, 'utf8')) as { version: string }
  t.equal(version.output(), `${expected}\n`)
})

test('exits with 1 and one line for a port in use', async (t) => {
  const first = cli(t, '--json')
  const port = new URL((await facts(first)).nangoUrl).port
  const second = cli(t, '--port', port)
  t.equal(await second.exited, 1)
  t.match(second.output(), /^[^\n]*EADDRINUSE[^\n]*\n$/)
})
