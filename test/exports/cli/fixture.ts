/** Venues at the simulators, and exports of them: in this process, or as the command. */
import { createHash } from 'node:crypto'
import { gunzipSync } from 'node:zlib'
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, relative } from 'node:path'
import type { Test } from 'tap'
import { readExportOptions } from '#service/export/options.js'
import { runExport, type RunParts } from '#service/export/run.js'
import { jsonProgress } from '#service/export/progress.js'
import { asConnected, build, CLIENT_SECRET, SECRET_KEY, type BuildOptions, type Built } from '../../support/build.ts'
import { SERVICE } from '../../support/service.ts'
import { start, type Program } from '../../examples/program.ts'

/** A moment at which the days of FROM to TO are long over in every zone, and the bookings of the sandbox lie in them. */
export const NOW = Date.UTC(2026, 10, 28, 12)
export const [FROM, TO] = ['2026-11-10', '2026-11-20']

export interface Step { readonly step: string, readonly [field: string]: unknown }
export interface ExportResult {
  readonly steps: Step[]
  readonly missing: { readonly venue: string, readonly report: string | null, readonly days: readonly string[], readonly reason: string }[]
}

export interface Exports extends Built {
  readonly folder: string
  /** Ids of the venues, `demo`'s first. */
  readonly venues: readonly string[]
  readonly export: (
    args: readonly string[], options?: Partial<Pick<RunParts, 'signal' | 'time' | 'onTrouble'>> & { readonly out?: string }
  ) => Promise<ExportResult>
  /** The command. */
  readonly command: (args: readonly string[], env?: Record<string, string>) => Program
}

export async function open (
  t: Test, { names = ['second', 'third'], ...options }: BuildOptions & { names?: readonly string[] } = {}
): Promise<Exports> {
  const built = await build(t, { ...options, roller: { now: () => NOW, limits: 'off', ...options.roller } })
  for (const name of names) {
    const connected = asConnected(built.roller, name)
    built.nango.addConnection({ connectionId: `${name}-venue`, clientId: name, clientSecret: CLIENT_SECRET, ...connected })
  }
  await built.app.ready()
  const folder = mkdtempSync(join(tmpdir(), 'export-'))
  t.teardown(() => { rmSync(folder, { recursive: true, force: true }) })
  return {
    ...built,
    folder,
    venues: ['demo', ...names].map((name) => String(built.roller.venue(name).id)),
    async export (args, { out = folder, signal = new AbortController().signal, ...more } = {}) {
      const lines: string[] = []
      const progress = (): ReturnType<typeof jsonProgress> => jsonProgress({ write: (text: string) => lines.push(text) })
      const missing = await runExport(
        { roller: built.app.roller, options: readExportOptions([...args, '--out', out]), progress, signal, ...more }
      )
      return { missing, steps: lines.map((line) => JSON.parse(line) as Step) }
    },
    command: (args, env = {}) => start(t, process.execPath, [SERVICE, 'export', ...args], {
      NANGO_SECRET_KEY: SECRET_KEY, NANGO_HOST: built.nango.url, ...env
    })
  }
}

export const DAYS = ['--from', FROM, '--to', TO] as const

/** Every file of the data, with a digest of its bytes. */
export function filesOf (folder: string): Record<string, string> {
  const names = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile())
    .map((entry) => relative(folder, join(entry.parentPath, entry.name))).filter((name) => !name.startsWith('.')).sort()
  return Object.fromEntries(names.map((name) => [name, createHash('sha256').update(readFileSync(join(folder, name))).digest('hex')]))
}

export function recordsOf (folder: string, path: string): Record<string, unknown>[] {
  const bytes = readFileSync(join(folder, path))
  const text = (path.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString().trimEnd()
  return text === '' ? [] : text.split('\n').map((line) => JSON.parse(line) as Record<string, unknown>)
}
