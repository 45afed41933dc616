import { spawn, spawnSync } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { connect, createServer } from 'node:net'
import type { AddressInfo } from 'node:net'

/** A real redis-server of this test's own, without a disk. */
export interface RedisServer {
  readonly port: number
  /** Without a word to its clients. */
  kill (): Promise<void>
  start (): Promise<void>
  /** Alive but silent, like a host that hangs. */
  pause (): void
  resume (): void
}

/** Why the tests cannot run, or undefined. In CI a missing server is a failure, not a reason to skip. */
export function whyNoRedis (): string | undefined {
  if (spawnSync('redis-server', ['--version']).status === 0) return undefined
  if (process.env['CI']) throw new Error('redis-server is not installed')
  return 'redis-server is not installed'
}

async function freePort (): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  await once(server, 'close')
  return port
}

async function answers (port: number): Promise<void> {
  for (let i = 0; i < 200; i++) {
    const ok = await new Promise<boolean>((resolve) => {
      const socket = connect(port, '127.0.0.1', () => socket.write('PING\r\n'))
      socket.once('data', (data) => { socket.destroy(); resolve(data.toString().startsWith('+PONG')) })
      socket.once('error', () => resolve(false))
    })
    if (ok) return
    await new Promise((resolve) => setTimeout(resolve, 10))
  }
  throw new Error('redis-server did not start')
}

export async function startRedis (): Promise<RedisServer> {
  const port = await freePort()
  let child: ChildProcess | undefined
  const server: RedisServer = {
    port,
    async start () {
      const options = ['--port', String(port), '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no']
      child = spawn('redis-server', options, { stdio: 'ignore' })
      await answers(port)
    },
    async kill () {
      if (child === undefined || child.exitCode !== null || child.signalCode !== null) return
      const ended = once(child, 'exit')
      child.kill('SIGKILL')
      await ended
    },
    pause () { child?.kill('SIGSTOP') },
    resume () { child?.kill('SIGCONT') }
  }
  await server.start()
  return server
}
