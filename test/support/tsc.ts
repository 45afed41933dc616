/** TypeScript's command line: the version that builds this repository, or the oldest that hosts are tested with. */
import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'

const run = promisify(execFile)

export interface Compiled {
  /** As TypeScript prints them, one each. */
  readonly errors: readonly string[]
  /** Absolute paths of all files that were read. */
  readonly files: readonly string[]
}

export async function tsc (project: string, version: 'typescript-7' | 'typescript' = 'typescript-7'): Promise<Compiled> {
  const program = fileURLToPath(new URL(`node_modules/${version}/bin/tsc`, import.meta.resolve('#root/package.json')))
  // tap adds preloads to every Node.js process, with which TypeScript 7 does not load.
  const args = ['-u', 'NODE_OPTIONS', process.execPath, program, '--project', project, '--listFiles', '--pretty', 'false']
  const { stdout } = await run('env', args, { cwd: project, maxBuffer: 10_000_000 }).catch((error: { stdout: string, stderr: string }) => {
    if (error.stdout === '') throw new Error(`TypeScript failed: ${error.stderr}`)
    return error
  })
  const lines = stdout.split('\n').filter((line) => line !== '')
  return { errors: lines.filter((line) => /error TS\d/.test(line)), files: lines.filter((line) => line.startsWith('/')) }
}
