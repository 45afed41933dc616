/** Published packages: packed from the build, and installed into an empty folder. */
import { execFile } from 'node:child_process'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import type { Test } from 'tap'

export const run = promisify(execFile)
export const ROOT = fileURLToPath(new URL('.', import.meta.resolve('#root/package.json')))

/** As in a user's shell: npm passes this repository's configuration, including engine-strict, to the programs it runs. */
export const SHELL = Object.fromEntries(
  Object.entries(process.env).filter(
    ([name]) => !/^(npm_package_|npm_lifecycle_|npm_config_(engine_strict|local_prefix|workspace)|INIT_CWD)/i.test(name)
  )
)

export interface Packed {
  readonly file: string
  /** Paths in the tarball. */
  readonly paths: readonly string[]
  /** Bytes. */
  readonly unpackedSize: number
}

const NAMES = { plugin: 'fastify-roller', sandbox: 'roller-sandbox', service: 'roller-sidecar' } as const
type Folder = keyof typeof NAMES

export function temporaryFolder (t: Pick<Test, 'teardown'>): string {
  const folder = mkdtempSync(join(tmpdir(), 'packed-'))
  t.teardown(() => { rmSync(folder, { recursive: true, force: true }) })
  return folder
}

/** In one run of npm. The build exists already, so the packages' own scripts are skipped. */
export async function pack<F extends Folder> (into: string, ...folders: readonly F[]): Promise<Record<F, Packed>> {
  const args = ['pack', '--json', '--silent', '--ignore-scripts', '--pack-destination', into]
  const { stdout } = await run(
    'npm', [...args, ...folders.flatMap((folder) => ['--workspace', folder])], { cwd: ROOT, env: SHELL, maxBuffer: 10_000_000 }
  )
  const all = JSON.parse(stdout) as { name: string, filename: string, unpackedSize: number, files: { path: string }[] }[]
  const packed = {} as Record<F, Packed> // filled below
  for (const folder of folders) {
    const one = all.find(({ name }) => name === NAMES[folder])
    if (one === undefined) throw new Error(`npm has not packed ${folder}`)
    packed[folder] = { file: join(into, one.filename), paths: one.files.map(({ path }) => path), unpackedSize: one.unpackedSize }
  }
  return packed
}

/** @returns number of packages in the folder, and their size in bytes */
export async function install (home: string, ...what: readonly string[]): Promise<{ packages: number, bytes: number }> {
  const manifest = join(home, 'package.json')
  if (!existsSync(manifest)) writeFileSync(manifest, '{ "name": "app", "private": true, "type": "module" }\n')
  await run('npm', ['install', '--prefer-offline', '--no-audit', '--no-fund', '--loglevel=error', ...what], { cwd: home, env: SHELL })
  const tree = JSON.parse(readFileSync(join(home, 'node_modules/.package-lock.json'), 'utf8')) as { packages: object }
  return { packages: Object.keys(tree.packages).length, bytes: sizeOf(join(home, 'node_modules')) }
}

function sizeOf (folder: string): number {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .reduce((sum, entry) => entry.isFile() ? sum + statSync(join(entry.parentPath, entry.name)).size : sum, 0)
}
