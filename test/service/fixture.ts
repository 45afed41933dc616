/** The service in front of the simulators: as an app for `inject`, and as a process. */
import { spawn, type ChildProcess } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import type { FastifyInstance } from 'fastify'
import type { Test } from 'tap'
import { buildApp, type Overrides } from '#service/app.js'
import { readConfig } from '#service/config/config.js'
import type { NangoSimulatorOptions } from '#sandbox/nango.js'
import { SECRET_KEY, startSimulators, type Simulators } from '../support/build.ts'
import { SERVICE } from '../support/service.ts'

type Environment = Record<string, string>

export const KEY = 'key-of-the-caller-1234567890'

export interface Service extends Simulators { readonly app: FastifyInstance }

export async function service (
  t: Pick<Test, 'teardown'>, env: Environment = {}, nango: Partial<NangoSimulatorOptions> = {}, overrides: Overrides = {}
): Promise<Service> {
  const simulators = await startSimulators(t, { nango })
  const config = readConfig({ NANGO_SECRET_KEY: SECRET_KEY, NANGO_HOST: simulators.nango.url, LOG_LEVEL: 'silent', ...env })
  if (config.nango === null) throw new Error('the fixture always gives a key')
  // no load shedding on a busy machine
  const app = await buildApp(
    { config: { ...config, nango: config.nango }, exampleConnectionId: 'demo-venue', overrides: { maxEventLoopDelay: 0, ...overrides } }
  )
  t.teardown(() => app.close())
  return { app, ...simulators }
}

export interface Process {
  readonly child: ChildProcess
  readonly stdout: () => string
  readonly stderr: () => string
  /** The address of the service, once the banner is printed. */
  readonly url: () => Promise<string>
  readonly exited: Promise<number | null>
}

const ROOT = fileURLToPath(new URL('.', import.meta.resolve('#root/package.json')))
// Lets coverage measure the process; its configuration comes from the test alone.
const INHERITED = Object.fromEntries(
  Object.entries(process.env).filter(([name]) => /^(PATH|NODE_OPTIONS|NODE_V8_COVERAGE|_TAPJS.*|TAP.*)$/.test(name))
)

export function startProcess (
  t: Pick<Test, 'teardown'>, env: Environment = {}, args: readonly string[] = [], main: string = SERVICE
): Process {
  const child = spawn(
    process.execPath, [main, ...args], { cwd: ROOT, env: { ...INHERITED, ...env }, stdio: ['ignore', 'pipe', 'pipe'] }
  )
  let stdout = ''
  let stderr = ''
  child.stdout.on('data', (chunk: Buffer) => { stdout += chunk.toString() })
  child.stderr.on('data', (chunk: Buffer) => { stderr += chunk.toString() })
  const exited = new Promise<number | null>((resolve) => { child.once('close', resolve) })
  t.teardown(async () => {
    child.kill('SIGKILL')
    await exited
  })
  return {
    child,
    stdout: () => stdout,
    stderr: () => stderr,
    exited,
    url: async () => {
      for (;;) {
        const url = /running at (http:\S+?)(?: on its|\n)/.exec(stdout)?.[1]
        if (url !== undefined) return url
        await new Promise<void>((resolve, reject) => {
          child.stdout.once('data', () => resolve())
          child.once('close', () => reject(new Error(`the service ended: ${stderr}`)))
        })
      }
    }
  }
}

/** Polls, because the awaited change happens in another process. */
export async function until (condition: () => boolean): Promise<void> {
  for (let turn = 0; turn < 1000 && !condition(); turn++) await new Promise((resolve) => { setTimeout(resolve, 10) })
}
