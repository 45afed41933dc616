/** The folder of an export: one process at a time writes in it, and what is not finished lies apart. */
import { randomBytes } from 'node:crypto'
import { mkdir, open, readFile, readlink, rename, rm, stat, utimes } from 'node:fs/promises'
import { hostname, uptime } from 'node:os'
import { dirname, join } from 'node:path'
import { setTimeout } from 'node:timers/promises'

/** No part of the data: tools that read `**` skip names that begin with a dot, or find no file of theirs. */
export const STATE_FOLDER = '.roller-export'
/** A lock that was not renewed for so long has expired. Milliseconds. */
const EXPIRED = 60_000
/** It is renewed much more often. */
const RENEWED = EXPIRED / 6
/** Attempts to take over an expired lock. */
const TRIES = 8

export class FolderError extends Error {
  override readonly name = 'FolderError'
}

export interface ExportFolder {
  readonly path: string
  /** Of what is kept about the export itself. */
  readonly own: (name: string) => string
  /** A new path for a file that is not whole yet. */
  readonly temporary: () => string
  /** Puts a whole file in its place. */
  readonly publish: (temporary: string, path: string) => Promise<void>
  /** Writes what was published through to the disk. */
  readonly sync: () => Promise<void>
  readonly release: () => Promise<void>
}

/**
 * @param renewed milliseconds after which the lock is renewed
 * @throws FolderError when it cannot be written, or another export writes in it
 */
export async function openFolder (path: string, renewed = RENEWED): Promise<ExportFolder> {
  const own = (name: string): string => join(path, STATE_FOLDER, name)
  const unfinished = own('unfinished')
  await mkdir(join(path, STATE_FOLDER), { recursive: true }).catch((error: unknown) => { throw notWritable(path, error) })
  const release = await lock(own('lock'), path, renewed)
  try {
    await rm(unfinished, { recursive: true, force: true }) // of a run that was killed
    await mkdir(unfinished)
  } catch (error) {
    await release()
    throw notWritable(path, error)
  }
  const touched = new Set<string>()
  const made = new Set<string>()
  let count = 0
  return {
    path,
    own,
    temporary: () => join(unfinished, String(++count)),
    async publish (temporary, target) {
      const folder = dirname(target)
      if (!made.has(folder)) {
        await mkdir(folder, { recursive: true })
        made.add(folder)
      }
      await rename(temporary, target)
      touched.add(folder)
    },
    async sync () {
      const folders = [...touched]
      touched.clear()
      for (const folder of folders) await syncFolder(folder)
    },
    async release () {
      await rm(unfinished, { recursive: true, force: true })
      await release()
    }
  }
}

/** After this a renamed file is found under its name also when the power goes. */
export async function syncFolder (folder: string): Promise<void> {
  if (process.platform === 'win32') return // folders cannot be opened there
  const handle = await open(folder)
  try { await handle.sync() } finally { await handle.close() }
}

interface Holder {
  readonly host: string
  /** Of Linux: elsewhere, such as in another container, the process id belongs to another process. */
  readonly namespace: string
  readonly pid: number
  readonly id: string
}

async function lock (file: string, folder: string, renewed: number): Promise<() => Promise<void>> {
  const holder: Holder = { host: hostname(), namespace: await ownNamespace(), pid: process.pid, id: randomBytes(8).toString('hex') }
  for (let tries = 0; ; tries++) {
    try {
      const handle = await open(file, 'wx')
      try {
        await handle.writeFile(JSON.stringify(holder))
      } catch (error) {
        await rm(file, { force: true }) // without a holder it would be another export's
        throw error
      } finally {
        await handle.close()
      }
      break
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw notWritable(folder, error)
      const found = await readHolder(file)
      if (tries > TRIES || await isHeld(file, found, renewed)) {
        throw new FolderError(`Another export writes into ${folder}. Wait for it, or choose another --out.`)
      }
      await takeAway(file, found, renewed).catch(async (error: unknown) => {
        if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw notWritable(folder, error)
        await setTimeout(2 * renewed / TRIES) // another process takes it over, or was killed meanwhile
      })
    }
  }
  const timer = setInterval(() => { utimes(file, new Date(), new Date()).catch(() => {}) }, renewed).unref()
  return async () => {
    clearInterval(timer)
    if ((await readHolder(file))?.id === holder.id) await rm(file, { force: true })
  }
}

/** Only one process at a time may delete an expired lock: another would delete the new one. Rejects where another one does. */
async function takeAway (file: string, expired: Holder | null, renewed: number): Promise<void> {
  const guard = `${file}.expired`
  const left = await stat(guard).catch(() => null) // an old one is of a killed process: it exists for a moment
  if (left !== null && Date.now() - left.mtimeMs > renewed) await rm(guard, { force: true })
  await (await open(guard, 'wx')).close()
  try {
    if ((await readHolder(file))?.id === expired?.id) await rm(file, { force: true })
  } finally {
    await rm(guard, { force: true })
  }
}

async function isHeld (file: string, holder: Holder | null, renewed: number): Promise<boolean> {
  const written = await stat(file).catch(() => null)
  if (written === null) return false
  const isRecent = Date.now() - written.mtimeMs < EXPIRED
  if (holder !== null && holder.host !== hostname()) return isRecent
  if (holder === null || holder.pid === process.pid || holder.namespace !== await ownNamespace()) {
    // A process may be killed before it has written who it is. A restarted container has the same host name, and so have two containers
    // with the network of their host.
    if (isRecent) await setTimeout(renewed * 1.2)
    const now = await stat(file).catch(() => null)
    return now !== null && now.mtimeMs > written.mtimeMs
  }
  // Another process may have the number since the machine was started again.
  const startedAt = Date.now() - uptime() * 1000
  return written.mtimeMs >= startedAt && isRunning(holder.pid)
}

function isRunning (pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}

async function ownNamespace (): Promise<string> { return await readlink('/proc/self/ns/pid').catch(() => '') }

async function readHolder (file: string): Promise<Holder | null> {
  try {
    const { host, namespace = '', pid, id } = JSON.parse(await readFile(file, 'utf8')) as Partial<Holder> // checked in the next line
    return typeof host === 'string' && typeof pid === 'number' && typeof id === 'string' ? { host, namespace, pid, id } : null
  } catch {
    return null
  }
}

/** The cause of a file system error, as text. */
const REASONS: Readonly<Record<string, string>> = {
  EACCES: 'this user may not write there',
  EPERM: 'this user may not write there',
  EROFS: 'it is read-only',
  ENOSPC: 'the disk is full',
  EDQUOT: 'the disk quota is used up',
  ENOTDIR: 'a part of its path is a file',
  EEXIST: 'a file is in its place',
  EISDIR: 'a folder is in the place of a file',
  ENOENT: 'a part of it was moved or deleted',
  EXDEV: 'a part of it is on another disk',
  ELOOP: 'its links lead to each other',
  EMFILE: 'too many files are open',
  EIO: 'the disk has failed'
}

export function notWritable (folder: string, error: unknown): FolderError {
  const code = String((error as NodeJS.ErrnoException).code ?? error)
  return new FolderError(`${folder} cannot be written: ${REASONS[code] ?? code}.`)
}

export function isDiskError (error: unknown): boolean {
  const { code } = error as NodeJS.ErrnoException
  return error instanceof FolderError || (typeof code === 'string' && Object.hasOwn(REASONS, code))
}
