/** Which lock of a folder is one of an export that runs. */
import { open, type FileHandle } from 'node:fs/promises'
import { existsSync, mkdirSync, mkdtempSync, readlinkSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { hostname, tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Test } from 'tap'
import { openFolder } from '#service/export/folder.js'
import { test } from '../../support/tap.ts'

function newFolder (t: Test): { folder: string, lock: string } {
  const folder = mkdtempSync(join(tmpdir(), 'export-'))
  t.teardown(() => { rmSync(folder, { recursive: true, force: true }) })
  mkdirSync(join(folder, '.roller-export'))
  return { folder, lock: join(folder, '.roller-export', 'lock') }
}

const namespace = (): string => process.platform === 'linux' ? readlinkSync('/proc/self/ns/pid') : ''

test('a process that has the number of one from before the machine was started again holds nothing', async (t) => {
  const { folder, lock } = newFolder(t)
  writeFileSync(lock, JSON.stringify({ host: hostname(), namespace: namespace(), pid: process.ppid, id: 'before' }))
  await t.rejects(openFolder(folder), /Another export writes/, 'since then it does')
  utimesSync(lock, 0, 0)
  await (await openFolder(folder)).release()
  t.notOk(existsSync(lock))
})

test('a process of another container, with the same number and host name, holds the folder while it runs', async (t) => {
  const { folder, lock } = newFolder(t)
  const held = await openFolder(folder, 50)
  await t.rejects(openFolder(folder, 1_000), /Another export writes/)
  await held.release()
  for (const more of [{}, { namespace: namespace() }]) {
    writeFileSync(lock, JSON.stringify({ host: hostname(), ...more, pid: process.pid, id: 'killed' }))
    await (await openFolder(folder, 50)).release()
  }
})

test('a process of another container holds the folder while it runs, whatever its number', async (t) => {
  const { folder, lock } = newFolder(t)
  writeFileSync(lock, JSON.stringify({ host: hostname(), namespace: 'pid:[1]', pid: 2 ** 30, id: 'other' }))
  const renewing = setInterval(() => { utimesSync(lock, new Date(), new Date()) }, 10)
  t.teardown(() => { clearInterval(renewing) })
  await t.rejects(openFolder(folder, 100), /Another export writes/)
  clearInterval(renewing)
  await (await openFolder(folder, 50)).release()
})

test('a lock of another machine holds the folder for a minute', async (t) => {
  const { folder, lock } = newFolder(t)
  writeFileSync(lock, JSON.stringify({ host: 'another-machine', pid: 1, id: 'other' }))
  const renewedBefore = (seconds: number): void => { utimesSync(lock, Date.now() / 1000, Date.now() / 1000 - seconds) }
  renewedBefore(50)
  await t.rejects(openFolder(folder), /Another export writes/)
  renewedBefore(70)
  await (await openFolder(folder)).release()
  t.notOk(existsSync(lock))
})

test('a lock that cannot be read holds the folder while it is renewed: a run may be killed before it has written its own', async (t) => {
  for (const holder of ['{"host":', '']) {
    const { folder, lock } = newFolder(t)
    writeFileSync(lock, holder)
    const renewing = setInterval(() => { utimesSync(lock, new Date(), new Date()) }, 10)
    t.teardown(() => { clearInterval(renewing) })
    await t.rejects(openFolder(folder, 100), /Another export writes/, holder)
    clearInterval(renewing)
    await (await openFolder(folder, 50)).release()
    t.notOk(existsSync(lock))
  }
})

test('an expired lock is left to the process that takes it over, unless that one was killed', async (t) => {
  const { folder, lock } = newFolder(t)
  const guard = `${lock}.expired`
  writeFileSync(lock, JSON.stringify({ host: hostname(), namespace: namespace(), pid: 2 ** 30, id: 'killed' }))
  writeFileSync(guard, '')
  const working = setInterval(() => { utimesSync(guard, new Date(), new Date()) }, 10)
  t.teardown(() => { clearInterval(working) })
  await t.rejects(openFolder(folder, 100), /Another export writes/)
  clearInterval(working)
  const taken = await openFolder(folder, 100)
  t.notOk(existsSync(guard))
  writeFileSync(lock, JSON.stringify({ host: 'another-machine', pid: 1, id: 'other' }))
  await taken.release()
  t.ok(existsSync(lock), 'the lock that another process has taken over meanwhile stays')
})

test('an expired lock that cannot be taken over is an error at once', async (t) => {
  const { folder, lock } = newFolder(t)
  writeFileSync(lock, JSON.stringify({ host: hostname(), namespace: namespace(), pid: 2 ** 30, id: 'killed' }))
  mkdirSync(`${lock}.expired`)
  utimesSync(`${lock}.expired`, 0, 0)
  const startedAt = performance.now()
  await t.rejects(openFolder(folder), /cannot be written/)
  t.ok(performance.now() - startedAt < 2_000)
})

test('what a killed run has not finished is removed', async (t) => {
  const { folder } = newFolder(t)
  const unfinished = join(folder, '.roller-export', 'unfinished')
  mkdirSync(unfinished)
  writeFileSync(join(unfinished, '1'), 'half')
  const opened = await openFolder(folder)
  t.notOk(existsSync(opened.temporary()))
  await opened.release()
  t.notOk(existsSync(unfinished))
})

test('a lock that a full disk does not take is removed', async (t) => {
  const { folder, lock } = newFolder(t)
  const handle = await open(join(folder, 'other'), 'w')
  await handle.close()
  const prototype = Object.getPrototypeOf(handle) as FileHandle // not exported by Node.js
  const { restore } = t.intercept(prototype, 'writeFile', {
    value: async () => { throw Object.assign(new Error('full'), { code: 'ENOSPC' }) }
  })
  await t.rejects(openFolder(folder), /cannot be written: the disk is full/)
  t.notOk(existsSync(lock))
  restore()
  await (await openFolder(folder)).release()
})
