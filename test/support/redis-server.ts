/** Real redis-servers without a disk: one for all tests of a process, and more for tests that stop or change theirs. */
import { spawn, spawnSync, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import { connect, type Socket } from 'node:net'
import { freePort } from './free-port.ts'
import { MissingTool } from './missing-tool.ts'

export interface RedisServer {
  readonly port: number
  /** Without closing client connections. */
  kill (): Promise<void>
  start (): Promise<void>
  /** Alive but unresponsive, like a host that hangs. */
  pause (): void
  resume (): void
}

const installed = spawnSync('redis-server', ['--version']).status === 0

/** Options of tap's `test`. Where CI is set, a missing server is a failure, not a reason to skip. */
export const needsRedis: { skip?: string } = installed || process.env['CI'] ? {} : { skip: 'redis-server is not installed' }

/** Sends one inline command, and resolves to the first line of the reply, if any. */
async function command (port: number, line: string): Promise<string> {
  return await new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => socket.write(`${line}\r\n`))
    socket.once('data', (data) => { socket.destroy(); resolve(data.toString().trim()) })
    socket.once('error', () => resolve(''))
  })
}

async function respond (port: number): Promise<void> {
  for (let i = 0; i < 200; i++) {
    if (await command(port, 'PING') === '+PONG') return
    await new Promise((resolve) => setTimeout(resolve, 10))
  }
  throw new Error('redis-server did not start')
}

/** Killed together with the process that started it, however that ends. */
const ENDS_WITH_PARENT = '(read -r _ <&3; kill -KILL $$) & exec redis-server "$@"'

async function launch (port: number, more: readonly string[] = []): Promise<ChildProcess> {
  if (!installed) throw new MissingTool('redis-server')
  const options = ['--port', String(port), '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no', ...more]
  const child = spawn('sh', ['-c', ENDS_WITH_PARENT, 'sh', ...options], { stdio: ['ignore', 'ignore', 'ignore', 'pipe'] })
  const parent = child.stdio[3] as Socket // a pipe, by the options
  parent.unref()
  child.once('exit', () => { parent.destroy() })
  await respond(port)
  return child
}

/** A separate server, to stop, to suspend and to configure. */
export async function startRedis (): Promise<RedisServer> {
  const port = await freePort()
  let child = await launch(port)
  return {
    port,
    async start () { child = await launch(port) },
    async kill () {
      if (child.exitCode !== null || child.signalCode !== null) return
      const ended = once(child, 'exit')
      child.kill('SIGKILL')
      await ended
    },
    pause () { child.kill('SIGSTOP') },
    resume () { child.kill('SIGCONT') }
  }
}

let shared: Promise<number> | undefined

async function startShared (): Promise<number> {
  const port = await freePort()
  const child = await launch(port)
  child.unref()
  return port
}

/** The server of this process, emptied. Test files run one after another, so each has it alone. */
export async function sharedRedis (): Promise<{ readonly port: number }> {
  const port = await (shared ??= startShared())
  if (await command(port, 'FLUSHALL') !== '+OK') throw new Error('redis-server does not answer')
  return { port }
}

const SLOTS = 16_384
const NODES = 3

/** A Redis Cluster of three nodes, each with a third of the slots. @param folder for the files that a node keeps */
export async function startRedisCluster (folder: string): Promise<{ readonly ports: readonly number[], stop (): void }> {
  const children: ChildProcess[] = []
  const ports: number[] = []
  const buses: number[] = []
  for (let index = 0; index < NODES; index++) {
    const [port, bus] = [await freePort(), await freePort()]
    children.push(await launch(port, [
      '--cluster-enabled', 'yes', '--cluster-port', String(bus), '--cluster-config-file', `${folder}/${port}.conf`, '--dir', folder
    ]))
    const [first, last] = [Math.floor(SLOTS / NODES * index), Math.floor(SLOTS / NODES * (index + 1)) - 1]
    await command(port, `CLUSTER ADDSLOTSRANGE ${first} ${index === NODES - 1 ? SLOTS - 1 : last}`)
    if (index > 0) await command(port, `CLUSTER MEET 127.0.0.1 ${ports[0]} ${buses[0]}`)
    else buses.push(bus)
    ports.push(port)
  }
  for (const port of ports) await holds(port, 'CLUSTER INFO', /cluster_state:ok[\s\S]*cluster_known_nodes:3/)
  return { ports, stop () { for (const child of children) child.kill('SIGKILL') } }
}

/** A server, and a sentinel that calls it `main`. @param folder for the file that the sentinel keeps */
export async function startRedisSentinel (folder: string): Promise<{ readonly port: number, stop (): void }> {
  const [server, port] = [await freePort(), await freePort()]
  const main = await launch(server)
  writeFileSync(`${folder}/sentinel.conf`, `sentinel monitor main 127.0.0.1 ${server} 1\n`)
  const options = [`${folder}/sentinel.conf`, '--sentinel', '--port', String(port), '--bind', '127.0.0.1', '--dir', folder]
  const child = spawn('sh', ['-c', ENDS_WITH_PARENT, 'sh', ...options], { stdio: ['ignore', 'ignore', 'ignore', 'pipe'] })
  const parent = child.stdio[3] as Socket // a pipe, as in stdio
  parent.unref()
  child.once('exit', () => { parent.destroy() })
  await respond(port)
  return { port, stop () { for (const one of [main, child]) one.kill('SIGKILL') } }
}

async function holds (port: number, line: string, expected: RegExp): Promise<void> {
  for (let i = 0; i < 1_000; i++) {
    if (expected.test(await command(port, line))) return
    await new Promise((resolve) => setTimeout(resolve, 10))
  }
  throw new Error(`${line} of redis-server never became ${String(expected)}`)
}
