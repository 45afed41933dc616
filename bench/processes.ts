/** Processes pinned to a core, and their resource usage. Linux only: taskset and /proc. */
import { spawn, spawnSync, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { readdirSync, readFileSync } from 'node:fs'
import { connect } from 'node:net'
import { availableParallelism } from 'node:os'

/** Upstream and load generator share one core; the server under test has the other. */
export const LOAD_CORE = 0
export const PROXY_CORE = 1

export interface Command {
  readonly file: string
  readonly args: readonly string[]
  readonly env?: Readonly<Record<string, string>>
}

export interface Running {
  /** Processor time so far, of all threads, in microseconds. */
  cpu (): number
  /** Bytes: current and peak memory. */
  memory (): { readonly now: number, readonly peak: number }
  /** Stops the process (SIGSTOP), its timers included. */
  freeze (): void
  thaw (): void
  stop (): Promise<void>
}

/** Lists missing programs. */
export function missing (programs: readonly string[]): string[] {
  const absent = programs.filter((program) => spawnSync('which', [program]).status !== 0).map((program) => `${program} is not installed`)
  if (availableParallelism() < 2) absent.push('two cores are needed: one for what is measured, one for the load')
  return absent
}

/** Starts a program on a core with its output discarded, and waits until it listens. */
export async function start (core: number, { file, args, env = {} }: Command, port: number): Promise<Running> {
  const child = spawn('taskset', ['-c', String(core), file, ...args], {
    env: { PATH: process.env.PATH ?? '', HOME: process.env.HOME ?? '', ...env }, stdio: ['ignore', 'ignore', 'inherit']
  })
  const { pid } = child
  if (pid === undefined) throw new Error(`${file} could not be started`)
  running.add(child)
  child.once('exit', () => running.delete(child))
  await listening(child, port)
  return {
    // taskset is replaced by the program that it starts
    cpu: () => cpuOf(pid),
    memory: () => memoryOf(pid),
    freeze () { child.kill('SIGSTOP') },
    thaw () { child.kill('SIGCONT') },
    async stop () {
      if (child.exitCode !== null || child.signalCode !== null) return
      const ended = once(child, 'exit')
      child.kill('SIGKILL') // there is no state to keep, and a graceful stop takes time
      await ended
    }
  }
}

const running = new Set<ChildProcess>()
process.once('exit', () => { for (const child of running) child.kill('SIGKILL') })
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(1))

/** Polls often: the time from start to ready is one of the results. */
async function listening (child: ChildProcess, port: number): Promise<void> {
  for (let tries = 0; tries < 15_000; tries++) {
    if (child.exitCode !== null) break
    const taken = await new Promise<boolean>((resolve) => {
      const socket = connect(port, '127.0.0.1', () => { socket.destroy(); resolve(true) }).once('error', () => resolve(false))
    })
    if (taken) return
    await new Promise((resolve) => { setTimeout(resolve, 2) })
  }
  throw new Error(`${child.spawnargs.join(' ')} does not listen on port ${port}`)
}

function cpuOf (pid: number): number {
  let nanoseconds = 0
  for (const thread of readdirSync(`/proc/${pid}/task`)) {
    try {
      nanoseconds += Number(readFileSync(`/proc/${pid}/task/${thread}/schedstat`, 'utf8').split(' ')[0])
    } catch {} // the thread has ended
  }
  return nanoseconds / 1000
}

function memoryOf (pid: number): { now: number, peak: number } {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8')
  const bytes = (field: string): number => Number(new RegExp(`^${field}:\\s+(\\d+) kB`, 'm').exec(status)?.[1]) * 1024
  return { now: bytes('VmRSS'), peak: bytes('VmHWM') }
}
