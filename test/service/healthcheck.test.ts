/** The container's health check finds the service where its variables, or the files that they name, have put it. */
import { spawn } from 'node:child_process'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { fileURLToPath } from 'node:url'
import { test, type Test } from '../support/tap.ts'

const PROGRAM = fileURLToPath(new URL('docker/healthcheck.mjs', import.meta.resolve('#root/package.json')))

async function check (env: Record<string, string>): Promise<number | null> {
  const child = spawn(process.execPath, [PROGRAM], { env, stdio: 'ignore' })
  return await new Promise((resolve) => { child.once('close', resolve) })
}

async function serve (t: Test, host: string, status = 200): Promise<string> {
  const server = createServer((request, response) => { response.writeHead(request.url === '/health' ? status : 404).end() })
  await new Promise<void>((resolve) => { server.listen(0, host, resolve) })
  t.teardown(() => { server.close(); server.closeAllConnections() })
  return String((server.address() as AddressInfo).port) // of a TCP server
}

test('by HOST and PORT, and by HOST_FILE and PORT_FILE', async (t) => {
  const port = await serve(t, '127.0.0.1')
  const dir = t.testdir({ port: `${port}\n`, host: '0.0.0.0\n', 'local-host': 'localhost', wrong: '1' })
  t.equal(await check({ PORT: port }), 0)
  t.equal(await check({ PORT_FILE: `${dir}/port`, HOST_FILE: `${dir}/host` }), 0)
  t.equal(await check({ PORT: ' ', PORT_FILE: `${dir}/port`, HOST: '127.0.0.1' }), 0, 'an empty value is no value')
  t.equal(await check({ PORT_FILE: `${dir}/port`, HOST_FILE: `${dir}/local-host` }), 0)
  t.equal(await check({ PORT_FILE: `${dir}/wrong` }), 1)
  t.equal(await check({ PORT_FILE: `${dir}/missing` }), 1)
})

test('any other status is a failure', async (t) => {
  t.equal(await check({ PORT: await serve(t, '127.0.0.1', 503) }), 1)
})
