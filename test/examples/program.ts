/** Starts an example as in its README, and reads its output. */
import { spawn, type ChildProcess } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import type { Test } from 'tap'

export const ROOT = fileURLToPath(new URL('.', import.meta.resolve('#root/package.json')))

export interface Program {
  readonly child: ChildProcess
  readonly output: () => string
  readonly exited: Promise<number | null>
  /** Waits until this text was printed. */
  readonly printed: (pattern: RegExp) => Promise<RegExpExecArray>
}

export function start (
  t: Pick<Test, 'teardown'>, command: string, args: readonly string[], env: Record<string, string | undefined> = {}
): Program {
  const child = spawn(
    command, args, { cwd: ROOT, env: { ...process.env, NANGO_SECRET_KEY: undefined, ...env }, stdio: ['ignore', 'pipe', 'pipe'] }
  )
  let output = ''
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => { output += chunk.toString() })
  const exited = new Promise<number | null>((resolve, reject) => { child.once('close', resolve).once('error', reject) })
  t.teardown(async () => {
    child.kill('SIGKILL')
    await exited
  })
  return {
    child,
    output: () => output,
    exited,
    printed: async (pattern) => {
      for (;;) {
        const found = pattern.exec(output)
        if (found !== null) return found
        await new Promise<void>((resolve, reject) => {
          child.stdout.once('data', () => resolve())
          child.once('close', () => reject(new Error(`the program ended: ${output}`)))
        })
      }
    }
  }
}

/** Runs a TypeScript example from its source, as in its README. */
export function startSource (
  t: Pick<Test, 'teardown'>, path: string, args: readonly string[] = [], env: Record<string, string | undefined> = {}
): Program {
  return start(t, process.execPath, ['--import', 'tsx', `examples/${path}.ts`, ...args], env)
}

/** Runs the compiled example, which starts in a third of the time. */
export function startExample (
  t: Pick<Test, 'teardown'>, path: string, args: readonly string[] = [], env: Record<string, string | undefined> = {}
): Program {
  return start(t, process.execPath, [`dist/examples/${path}.js`, ...args], env)
}
