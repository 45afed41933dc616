/** Runs several test files in one process, one after another, each as a subtest named by its file. */
import { constants, setPriority } from 'node:os'
import { setTimeout as sleep } from 'node:timers/promises'
import root from 'tap'
import { MissingTool } from './missing-tool.ts'
import { setRoot } from './tap.ts'

/** Milliseconds. A file that needs longer sets its own with `setTimeout` of its root. */
const FILE_TIMEOUT = 120_000
/** For all of them, in case a file blocks the event loop. */
const GROUP_TIMEOUT = 900_000
/** After the last file, for its output. */
const END_DELAY = 500
/** After each file, for its servers and processes. */
const CLOSE_TIMEOUT = 2_000

interface GroupOptions {
  /** The files measure waits: other groups, which run beside this one, leave it the processor. */
  readonly measures?: boolean
  /** Milliseconds for each file. */
  readonly timeout?: number
}

/** @param files paths in the repository: `test/folder/name.test.ts` */
export async function runGroup (files: readonly string[], { measures = false, timeout = FILE_TIMEOUT }: GroupOptions = {}): Promise<void> {
  root.setTimeout(GROUP_TIMEOUT)
  if (!measures) setPriority(constants.priority.PRIORITY_BELOW_NORMAL) // with the processes that it starts
  if (process.env['_TAPJS_PROCESSINFO_COVERAGE_'] === '0') leaveChildrenAlone()
  for (const file of files) {
    const before = openResources()
    let assertions = 0
    await root.test(file, { timeout }, async (t) => {
      setRoot(t)
      t.on('complete', () => { assertions = t.counts.total })
      try {
        await import(new URL(file.replace(/^test\//, '../').replace(/\.ts$/, '.js'), import.meta.url).href)
      } catch (error) {
        if (!(error instanceof MissingTool) || process.env['CI'] !== undefined) throw error
        t.pass('skipped', { skip: error.message })
      }
    })
    if (assertions === 0) root.fail(`${file} has no test of its own: it must import test from test/support/tap.ts`)
    if (!await closes(before)) root.fail(`${file} leaves a server or a process open`)
  }
  // A timer left by a file would keep the process alive; servers and processes are checked above.
  root.on('complete', () => { setTimeout(() => process.exit(), END_DELAY) })
  root.end()
}

/** Unless coverage is measured: tap's preloads cost each Node process a second, and tests start many. */
function leaveChildrenAlone (): void {
  delete process.env['NODE_OPTIONS']
  process.execArgv = []
}

const openResources = (): number =>
  process.getActiveResourcesInfo().filter((kind) => kind === 'TCPServerWrap' || kind === 'ProcessWrap').length

/** Sockets close a little after their servers. */
async function closes (before: number): Promise<boolean> {
  for (const end = performance.now() + CLOSE_TIMEOUT; openResources() > before && performance.now() < end;) await sleep(10)
  return openResources() <= before
}
