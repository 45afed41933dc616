/** What goes wrong around an export: a clear message, the other venues go on, and nothing half written counts. */
import { chmodSync, mkdirSync, readFileSync, writeFileSync, existsSync } from 'node:fs'
import { readlink } from 'node:fs/promises'
import { hostname } from 'node:os'
import { join } from 'node:path'
import { test } from '../../support/tap.ts'
import { readExportOptions } from '#service/export/options.js'
import { openFolder } from '#service/export/folder.js'
import { readState } from '#service/export/state.js'
import { callsAtRoller } from '../../support/build.ts'
import { DAYS, filesOf, open, recordsOf } from './fixture.ts'

test('a wrong command says everything that is wrong with it', async (t) => {
  const read = (line: string): unknown => readExportOptions(line.split(' '))
  const cases: [line: string, message: RegExp][] = [
    ['--reports nothing --from 2026-01-01 --out x', /no report "nothing".* It has bookingitems/],
    ['--from 2026-01-01 --out x', /--reports is missing/],
    ['--reports all --from 2026-02-01 --to 2026-01-01 --out x', /--to must be after --from/],
    ['--reports all --from 2026-02-30 --out x', /--from is not a day/],
    ['--reports all --from 2026-1-1 --out x', /--from is not a day/],
    ['--reports all --from 20260101 --out x', /--from is not a day/],
    ['--reports all --out x', /--from is missing/],
    ['--reports all --from 2026-01-01', /--out is missing/],
    ['--reports all --from 2026-01-01 --out x --format xml', /--format must be one of ndjson, csv, parquet/],
    ['--reports all --from 2026-01-01 --out x --format parquet --gzip', /--gzip is not for parquet/],
    ['--reports all --from 2026-01-01 --out x --concurrency 0', /--concurrency must be a whole number from 1 to 50/],
    ['--reports all --from 2026-01-01 --out x --concurrency 51', /--concurrency must be a whole number from 1 to 50/],
    ['--reports all --from 2026-01-01 --out x --overlap 367', /--overlap must be a whole number from 0 to 366/],
    ['--reports all --from 2026-01-01 --out x --patience 86401', /--patience must be a whole number from 0 to 86400/],
    ['--reports all --from 2026-01-01 --out x --patience 1.5', /--patience must be a whole number/],
    ['--reports all --from 2026-01-01 --to 2026-01-01 --out x', /--to must be after --from/],
    ['--reports all --print-sql mysql', /--print-sql must be one of duckdb, postgres, bigquery/],
    ['--reports products --out x --tags =acme', /"=acme" is not name=value/],
    ['--reports products --out x more', /'more'/],
    ['--reports all --from 2026-01-01 --out x --tags nothing', /is not name=value/],
    ['--reports all --from 2026-01-01 --out x --backfill weekly', /--backfill must be one of daily, bulk/],
    ['--reports all --from 2026-01-01 --out x --unknown', /--unknown/],
    ['--reports= --from 2026-01-01 --out x', /--reports is missing/],
    ['--reports products --venues= --out x', /--venues is empty/],
    ['--reports products --venues , --out x', /--venues is empty/],
    ['--reports products --tags= --out x', /--tags is empty/],
    ['--reports products --out=', /--out is empty/]
  ]
  for (const [line, message] of cases) t.throws(() => read(line), { name: 'UsageError', message }, line)
  t.throws(() => read('--reports x --from y --format z'), { message: /x[^]*y|--from[^]*--out[^]*--format/ })
  const good = readExportOptions(['--reports', 'products, roles,products', '--venues', 'all', '--tags', 'a=b=c, d=', '--dry-run'])
  t.match(good, { venues: null, tags: { a: 'b=c', d: '' }, concurrency: 3, overlap: 1, patience: 900_000, gzip: false, dryRun: true })
  t.same(good.reports.map(({ id }) => id), ['products', 'roles'], 'each once')
  t.equal(readExportOptions(['--reports', 'all', '--print-sql', 'bigquery']).sql, 'bigquery', 'without days and a folder')
  const built = await open(t)
  const program = built.command(['--reports', 'nothing'])
  t.equal(await program.exited, 2)
  t.match(program.output(), /no report "nothing"/)
  t.same(callsAtRoller(built), [])
})

test('a venue that is not connected is named, and the others are exported', async (t) => {
  const exports = await open(t)
  const [venue = ''] = exports.venues
  const { missing } = await exports.export(['--reports', 'bookingitems', '--venues', `${venue},999`, ...DAYS])
  t.match(missing, [{ venue: '999', report: null, reason: 'No connection is of this venue.', whatToDo: /--venues and --tags/ }])
  t.equal(Object.keys(filesOf(exports.folder)).length, 10)
  const dry = exports.command(['--reports', 'products', '--venues', '999', '--dry-run'])
  t.equal(await dry.exited, 1)
  t.match(dry.output(), /No verified connection is of this venue; a dry run verifies none/)
  const tagged = await exports.export(['--reports', 'bookingitems', '--tags', 'organization_id=demo', ...DAYS])
  t.same(tagged.steps.filter(({ step }) => step === 'begin').map(({ venue }) => venue), [venue], 'only connections with the tag')
  const none = await exports.export(['--reports', 'bookingitems', '--tags', 'organization_id=other', ...DAYS])
  t.match(none.missing, [{ venue: 'all', reason: 'No connection has these tags.' }], 'an export of nothing is not complete')
})

test('a folder that cannot be written ends it at once', async (t) => {
  const exports = await open(t)
  const file = join(exports.folder, 'a-file')
  writeFileSync(file, '')
  await t.rejects(exports.export(['--reports', 'bookingitems', ...DAYS], { out: file }), {
    name: 'FolderError', message: /a-file cannot be written: a (part of its path is a file|file is in its place)/
  })
  if (process.getuid?.() !== 0) {
    const closed = join(exports.folder, 'closed')
    mkdirSync(closed)
    chmodSync(closed, 0o500)
    await t.rejects(exports.export(['--reports', 'bookingitems', ...DAYS], { out: closed }), { message: /this user may not write there/ })
  }
  t.same(callsAtRoller(exports), [])
})

test('a folder in the place of a file ends it with a message', async (t) => {
  const exports = await open(t, { names: [] })
  mkdirSync(join(exports.folder, 'products', `venue=${exports.venues[0]}`, 'all.ndjson'), { recursive: true })
  const program = exports.command(['--reports', 'products', '--out', exports.folder])
  t.equal(await program.exited, 1)
  t.match(program.output(), /cannot be written: a folder is in the place of a file\. What is whole counts/)
  t.notMatch(program.output(), /Error:/)
})

test('a full disk ends it with a message, and what is whole counts', async (t) => {
  const exports = await open(t)
  const program = exports.command(
    ['--reports', 'bookingitems', ...DAYS, '--out', exports.folder, '--concurrency', '1'],
    { NODE_OPTIONS: `--import ${fullDisk(exports.folder)}` }
  )
  t.equal(await program.exited, 1)
  t.match(program.output(), /cannot be written: the disk is full\. What is whole counts; run the same command again/)
  const whole = filesOf(exports.folder)
  t.ok(Object.keys(whole).length < 30)
  const { missing } = await exports.export(['--reports', 'bookingitems', ...DAYS])
  t.same(missing, [])
  for (const [name, digest] of Object.entries(whole)) t.equal(filesOf(exports.folder)[name], digest, name)
})

/** A module that lets the process write a few files, and no more. */
function fullDisk (folder: string): string {
  const module = join(folder, '.full-disk.mjs')
  writeFileSync(module, `import fs from 'node:fs/promises'
import { syncBuiltinESMExports } from 'node:module'
const write = fs.writeFile
let files = 0
fs.writeFile = async (...args) => {
  if (++files > 5) throw Object.assign(new Error('no space left on device'), { code: 'ENOSPC' })
  await write(...args)
}
syncBuiltinESMExports()
`)
  return module
}

test('a state of another version, or cut in half, stops its venue alone', async (t) => {
  const exports = await open(t)
  const args = ['--reports', 'bookingitems', ...DAYS]
  await exports.export(args)
  const [first = '', second = ''] = exports.venues
  const state = (venue: string): string => join(exports.folder, '.roller-export', `venue=${venue}.json`)
  const text = readFileSync(state(first), 'utf8')
  writeFileSync(state(first), text.slice(0, text.length / 2))
  writeFileSync(state(second), JSON.stringify({ ...JSON.parse(readFileSync(state(second), 'utf8')) as object, version: 2 }))
  const before = filesOf(exports.folder)
  const { missing } = await exports.export(['--reports', 'bookingitems', '--from', DAYS[1], '--to', '2026-11-22'])
  const reasons = Object.fromEntries(missing.map(({ venue, reason }) => [venue, reason]))
  t.match(reasons[first], /is damaged\. Delete it/)
  t.match(reasons[second], /was written by another version\. Delete it/)
  t.equal(Object.keys(filesOf(exports.folder)).length, Object.keys(before).length + 2, 'the third venue continues')
  await t.rejects(readState(exports.folder), { code: 'EISDIR' }, 'one that cannot be read does not count as none')
})

test('two exports into one folder: the second is rejected', async (t) => {
  const exports = await open(t)
  const held = await openFolder(exports.folder)
  const program = exports.command(['--reports', 'bookingitems', ...DAYS, '--out', exports.folder])
  t.equal(await program.exited, 1)
  t.match(program.output(), /Another export writes into .*choose another --out/)
  await held.release()
  t.same((await exports.export(['--reports', 'products'])).missing, [])
  // A process that is gone holds nothing.
  const namespace = await readlink('/proc/self/ns/pid').catch(() => '')
  writeFileSync(join(exports.folder, '.roller-export', 'lock'), JSON.stringify({ host: hostname(), namespace, pid: 999_999_999, id: 'x' }))
  t.same((await exports.export(['--reports', 'products'])).missing, [])
})

test('revoked credentials stop their venue alone', async (t) => {
  const exports = await open(t)
  const [, second = ''] = exports.venues
  exports.roller.rejectCredentials('second')
  exports.roller.revokeTokens('second')
  const { missing } = await exports.export(['--reports', 'bookingitems,tickets', ...DAYS])
  t.ok(missing.length > 0 && missing.every(({ venue }) => venue === second))
  t.match(missing[0], { reason: /ROLLER_ERR_CREDENTIALS_REJECTED/, whatToDo: /[Rr]econnect/ })
  t.equal(Object.keys(filesOf(exports.folder)).length, 2 * 20)
  const calls = callsAtRoller(exports).length
  t.ok(calls < 40 + 20, `${calls} calls: the days after the first are not requested`)
})

test('a report without access is left out, and the others are exported', async (t) => {
  const exports = await open(t, { names: [] })
  exports.roller.faults.always({ kind: 'status', status: 403, path: /\/data\/tickets/, body: { message: 'no access' } })
  const { missing } = await exports.export(['--reports', 'bookingitems,tickets', ...DAYS])
  t.match(missing, [{ report: 'tickets', reason: /ROLLER_ERR_ACCESS_DENIED/ }])
  t.equal(missing[0]?.days.length, 10)
  t.equal(Object.keys(filesOf(exports.folder)).length, 10)
})

test('a ROLLER that is down for a while is waited for', async (t) => {
  const exports = await open(t, { names: ['second'], options: { retries: 0 } })
  exports.roller.faults.always({ kind: 'status', status: 503, path: /startDate=2026-11-1[4-9]/, body: '' })
  setTimeout(() => { exports.roller.faults.always(null) }, 3_000)
  const { missing, steps } = await exports.export(['--reports', 'bookingitems', ...DAYS])
  t.same(missing, [])
  t.ok(steps.some(({ step }) => step === 'retry'))
  t.equal(Object.keys(filesOf(exports.folder)).length, 20)
  exports.roller.faults.always({ kind: 'reset' })
  const down = await exports.export(['--reports', 'tickets', ...DAYS, '--patience', '1'])
  t.equal(down.missing.length, 2)
  t.match(down.missing[0], { report: 'tickets', reason: /ROLLER_ERR_UNREACHABLE/ })
})

test('a ROLLER that is down for ten minutes in the middle is waited for', async (t) => {
  const exports = await open(t, { names: ['second'], options: { retries: 0 } })
  exports.roller.faults.always({ kind: 'reset', path: /startDate=2026-11-1[4-9]/ })
  let slept = 0
  const time = {
    now: () => slept,
    sleep: async (ms: number) => {
      // Venues pause side by side.
      slept += ms / 2
      if (slept >= 600_000) exports.roller.faults.always(null)
    }
  }
  const { missing, steps } = await exports.export(['--reports', 'bookingitems', ...DAYS], { time })
  t.same(missing, [])
  t.ok(slept >= 600_000)
  t.ok(steps.filter(({ step }) => step === 'retry').length < 200, 'it is not called all the time')
  t.equal(Object.keys(filesOf(exports.folder)).length, 20)
})

test('a record with a new field and one of 5 MB pass', async (t) => {
  const exports = await open(t, { names: [] })
  const [venue = ''] = exports.venues
  const items = [{ bookingItemId: '1', bookingNotes: 'x'.repeat(5_000_000), newField: { deep: ['a', 1] } }]
  exports.roller.faults.always({
    kind: 'status', status: 200, path: /bookingitems/, body: { currentPage: 1, totalPages: 1, totalItems: 1, itemsPerpage: 500, items }
  })
  const args = ['--reports', 'bookingitems', '--from', '2026-11-10', '--to', '2026-11-11']
  for (const format of ['ndjson', 'csv']) t.same((await exports.export([...args, '--format', format])).missing, [])
  t.equal(await exports.command([...args, '--format', 'parquet', '--out', exports.folder], { NODE_OPTIONS: '' }).exited, 0)
  t.same(recordsOf(exports.folder, join('bookingitems', `venue=${venue}`, 'day=2026-11-10.ndjson')), items)
  const csv = readFileSync(join(exports.folder, 'bookingitems', `venue=${venue}`, 'day=2026-11-10.csv'), 'utf8')
  t.match(csv, /,"{""newField"":{""deep"":\[""a"",1\]}}"\n$/)
  t.ok(existsSync(join(exports.folder, 'bookingitems', `venue=${venue}`, 'day=2026-11-10.parquet')))
})
