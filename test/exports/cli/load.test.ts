/** The tables of --print-sql, on a real DuckDB and a real PostgreSQL: a first load, a nightly load, and a record that has changed. */
import { execFileSync, spawn } from 'node:child_process'
import { chownSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { DuckDBInstance } from '@duckdb/node-api'
import { reports } from 'fastify-roller/internal'
import type { Test } from 'tap'
import { writeDay } from '#service/export/day-file.js'
import { printSql } from '#service/export/sql.js'
import tap, { test } from '../../support/tap.ts'
import { DAYS, FROM, open, recordsOf, type Exports } from './fixture.ts'

tap.setTimeout(180_000)

const REPORTS = 'bookingitems,revenue-entries,products'

interface Database {
  /** Runs statements. */
  readonly run: (sql: string) => Promise<void>
  /** Brings the files to where the statements find them. */
  readonly bring: (folder: string) => Promise<void>
  readonly rows: (sql: string) => Promise<unknown[][]>
}

async function loads (t: Test, dialect: 'duckdb' | 'postgres', { run, bring, rows }: Database): Promise<void> {
  const exports = await open(t)
  const args = ['--reports', REPORTS, ...DAYS, '--overlap', '366', '--gzip']
  t.same((await exports.export(args)).missing, [])
  const printed = exports.command(['--reports', REPORTS, '--print-sql', dialect, '--out', exports.folder])
  t.equal(await printed.exited, 0)
  const sql = printed.output()
  const count = async (table: string): Promise<number> => Number((await rows(`SELECT count(*) FROM "${table}"`))[0]?.[0])

  await bring(exports.folder)
  await run(sql)
  const first = await count('bookingitems')
  t.ok(first > 50, `${first} booking items`)
  t.equal(first, idsOf(exports).size, 'each once')
  const tables = REPORTS.split(',')
  const counts = await Promise.all(tables.map(count))
  t.ok(counts.every((one) => one > 0), JSON.stringify(counts))
  const [row] = await rows('SELECT count(DISTINCT venue), count("bookingModifiedDate"), sum("quantity") FROM "bookingitems"')
  t.equal(Number(row?.[0]), 3)
  t.equal(Number(row?.[1]), first, 'instants are read')
  t.ok(Number(row?.[2]) > first / 2, 'numbers are read')

  await bring(exports.folder)
  await run(sql)
  t.same(await Promise.all(tables.map(count)), counts, 'the same files again change nothing')

  // The next night a booking of the first day has changed, so ROLLER files it under the last; and a till has been put right.
  const [venue = ''] = exports.venues
  const changed = recordsOf(exports.folder, join('bookingitems', `venue=${venue}`, `day=${FROM}.ndjson.gz`))[0] ?? {}
  exports.roller.faults.always({
    kind: 'status',
    status: 200,
    path: /bookingitems.*startDate=2026-11-19/,
    body: { currentPage: 1, totalPages: 1, totalItems: 1, itemsPerpage: 500, items: [{ ...changed, bookingStatus: 'Cancelled', more: 1 }] }
  })
  t.same((await exports.export([...args, '--venues', venue])).missing, [])
  await bring(exports.folder)
  await run(sql)
  const one = await rows(`SELECT "bookingStatus", cast(day AS varchar) FROM "bookingitems"
    WHERE venue = '${venue}' AND "bookingItemId" = '${String(changed['bookingItemId'])}'`)
  t.same(one, [['Cancelled', '2026-11-19']], 'a record that changed is there once, as it is now')
  t.equal(await count('revenue-entries'), counts[tables.indexOf('revenue-entries')])

  await t.test('a report whose name is the end of another one', async (t) => {
    const load = loader(t, dialect, { run, bring, rows })
    t.same(await load({
      'waivers/venue=7/all': [{ waiverId: '1' }],
      'signedwaivers/venue=7/day=2026-11-10': [{ signedWaiverId: '2' }],
      'bookingsignedwaivers/venue=7/day=2026-11-10': [{ signedWaiverId: '3', ticketId: '4' }, { signedWaiverId: '3' }]
    }), [1, 1, 1], 'a record without its key is in no table')
  })

  await t.test('a list and a day that are empty now', async (t) => {
    const load = loader(t, dialect, { run, bring, rows })
    t.same(await load({ 'locations/venue=7/all': [{ locationId: '1' }], 'attendances/venue=7/day=2026-11-10': [{}, {}] }), [1, 2])
    t.same(await load({ 'locations/venue=7/all': [], 'attendances/venue=7/day=2026-11-10': [] }), [0, 0])
  })

  await t.test('a report without files, in a folder with a name like those in it', async (t) => {
    const load = loader(t, dialect, { run, bring, rows }, join('a [1]', 'venue=8', 'day=2026-01-01'))
    const files = { 'roles/venue=7/all': [{ roleId: '1' }], 'gxs/venue=7/day=2026-11-10': [{ gxsResponseId: '1' }] }
    t.same(await load(files, ['staffs']), [1, 1, 0])
    t.same(await rows('SELECT venue, cast(day AS varchar) FROM gxs'), [['7', '2026-11-10']])
  })

  await t.test('odd values, which cost no other record', async (t) => {
    const load = loader(t, dialect, { run, bring, rows })
    const text = 'a\u0000b \ud83d c \\u0000 \\\ude00 😀'
    const odd = {
      bookingItemId: 'odd',
      bookingName: text,
      quantity: 1e30,
      bookingDate: '2026-02-30',
      createdDate: '2026-01-01T25:61:00Z',
      bookingCreatedDate: '0000-00-00T00:00:00Z'
    }
    const long = Array.from({ length: 4_000 }, () => Math.random().toString(36)[2]).join('')
    await load({
      'bookingitems/venue=odd/day=2026-11-10': [
        { bookingItemId: 'before' }, odd, { bookingItemId: long }, { bookingItemId: null }, { bookingItemId: 'after' }
      ],
      'attendances/venue=odd/day=2026-11-10': [{}, { productName: '\ud800', more: { '\u0000': ['\udfff'] } }],
      'membershipcredits/venue=odd/day=2026-11-10': [
        { ticketId: '1', createdDate: '2026-02-30T00:00:00Z' },
        { ticketId: '1', createdDate: '2026-02-28T00:00:00Z' }, { ticketId: '1', createdDate: '2026-02-28T01:00:00+01:00' }
      ],
      'devices/venue=odd/all': [{ deviceId: 1 }, { deviceId: '2' }, { deviceId: 1e30 }, { deviceId: 1.5 }]
    })
    const loaded = async (id: string): Promise<number> => (
      Number((await rows(`SELECT count(*) FROM "${id}" WHERE venue = 'odd'`))[0]?.[0])
    )
    t.equal(await loaded('bookingitems'), 3, 'but for a key that is missing or too long')
    t.equal(await loaded('attendances'), 2)
    t.equal(await loaded('membershipcredits'), 1, 'of two equal keys one')
    t.equal(await loaded('devices'), 4)
    const shown = 'a\ufffdb \ufffd c \\u0000 \\\ufffd 😀'
    t.same(await rows(`SELECT "bookingName", record ->> 'bookingName', record ->> 'bookingDate' FROM "bookingitems"
      WHERE "bookingItemId" = 'odd'`), [[shown, shown, '2026-02-30']])
    t.equal(Number((await rows(`SELECT count(*) FROM "bookingitems" WHERE "bookingItemId" = 'odd' AND "quantity" IS NULL
      AND "bookingDate" IS NULL AND "createdDate" IS NULL AND "bookingCreatedDate" IS NULL`))[0]?.[0]), 1)
  })

  await t.test('a day in both forms, of which the compressed one is chosen', async (t) => {
    const load = loader(t, dialect, { run, bring, rows })
    const day = 'tillreconciliations/venue=7/day=2026-11-10'
    t.same(await load({ [day]: [{}] }, [], (out) => { writeFileSync(join(out, `${day}.ndjson`), '{}\n{}\n') }), [1])
  })
}

/** @returns loads the records of files, and returns the number of rows of each report */
function loader (t: Test, dialect: 'duckdb' | 'postgres', { run, bring, rows }: Database, name = 'exports') {
  const folder = mkdtempSync(join(tmpdir(), 'load-'))
  t.teardown(() => { rmSync(folder, { recursive: true, force: true }) })
  const out = join(folder, name)
  return async (
    files: Readonly<Record<string, readonly object[]>>, more: readonly string[] = [], prepare: (out: string) => void = () => {}
  ): Promise<number[]> => {
    for (const [path, records] of Object.entries(files)) {
      const file = join(out, `${path}.ndjson.gz`)
      mkdirSync(dirname(file), { recursive: true })
      writeFileSync(file, gzipSync(records.map((record) => `${JSON.stringify(record)}\n`).join('')))
    }
    const ids = [...Object.keys(files).map((path) => path.split('/')[0] ?? ''), ...more]
    prepare(out)
    await bring(out)
    await run(printSql({ sql: dialect, reports: ids.flatMap((id) => reports.get(id) ?? []), out, gzip: true }))
    return await Promise.all(ids.map(async (id) => Number((await rows(`SELECT count(*) FROM "${id}"`))[0]?.[0])))
  }
}

function idsOf (exports: Exports): Set<string> {
  return new Set(exports.venues.flatMap((venue) => {
    const folder = join('bookingitems', `venue=${venue}`)
    return readdirSync(join(exports.folder, folder)).flatMap((file) => recordsOf(exports.folder, join(folder, file)))
      .map(({ bookingItemId }) => `${venue} ${String(bookingItemId)}`)
  }))
}

test('DuckDB takes the files', async (t) => {
  const connection = await (await DuckDBInstance.create(':memory:')).connect()
  t.teardown(() => { connection.closeSync() })
  await loads(t, 'duckdb', {
    run: async (sql) => { await connection.run(sql) },
    bring: async () => {},
    rows: async (sql) => (await connection.runAndReadAll(sql)).getRowsJson() as unknown[][]
  })
})

// Nothing runs these statements.
test('the statements for BigQuery keep the record of the later day, and replace days and lists as a whole', async (t) => {
  const [items, entries, products] = ['bookingitems', 'revenue-entries', 'products'].map((id) => (
    printSql({ sql: 'bigquery', reports: [...reports.values()].filter((report) => report.id === id), out: '', gzip: false })
  ))
  for (const part of [
    'PARTITION BY venue, `bookingItemId` ORDER BY day DESC) = 1', 'BYTE_LENGTH(`bookingItemId`) <= 1000',
    'ON kept.venue = loaded.venue AND kept.`bookingItemId` = loaded.`bookingItemId`',
    'WHEN MATCHED AND loaded.day >= kept.day THEN UPDATE', "SAFE_CAST(JSON_VALUE(record, '$.quantity') AS INT64) AS `quantity`"
  ]) t.match(items, part)
  t.match(entries, "DELETE FROM `revenue-entries` WHERE CONCAT(venue, ' ', CAST(day AS STRING)) IN (SELECT CONCAT(")
  t.match(products, 'DELETE FROM `products` WHERE venue IN (SELECT venue FROM')
  for (const sql of [entries, products]) t.notMatch(sql, 'MERGE')
})

test('DuckDB reads CSV and Parquet as they are', async (t) => {
  const exports = await open(t, { names: [] })
  const [venue = ''] = exports.venues
  const args = ['--reports', 'bookingitems,products', ...DAYS]
  for (const format of ['ndjson', 'csv']) await exports.export([...args, '--format', format])
  t.equal(await exports.command([...args, '--format', 'parquet', '--out', exports.folder], { NODE_OPTIONS: '' }).exited, 0)
  const connection = await (await DuckDBInstance.create(':memory:')).connect()
  t.teardown(() => { connection.closeSync() })
  const read = async (source: string): Promise<unknown> => (await connection.runAndReadAll(
    `SELECT "bookingItemId"::VARCHAR, quantity::INTEGER, cost::DOUBLE, "bookingModifiedDate"::TIMESTAMPTZ::VARCHAR, _other::VARCHAR
     FROM ${source} ORDER BY ALL`)).getRowsJson()
  const glob = join(exports.folder, 'bookingitems', `venue=${venue}`, 'day=*')
  const fromParquet = await read(`read_parquet('${glob}.parquet')`) as unknown[][]
  t.ok(fromParquet.length > 30)
  t.same(fromParquet, await read(`read_csv('${glob}.csv', header = true, all_varchar = true, ${DIALECT})`))
  const lines = readdirSync(join(exports.folder, 'bookingitems', `venue=${venue}`)).filter((name) => name.endsWith('.ndjson'))
    .flatMap((name) => recordsOf(exports.folder, join('bookingitems', `venue=${venue}`, name)))
  t.same(fromParquet.map(([id]) => id).sort(), lines.map(({ bookingItemId }) => bookingItemId).sort())

  await t.test('a large Parquet file with odd values, which are in _other', async (t) => {
    const file = join(exports.folder, 'large.parquet')
    const odd = { bookingItemId: 7, quantity: 2 ** 60, cost: '1', bookingDate: null, discounts: [{ a: 1 }] }
    const records = (async function * () {
      for (let count = 0; count < 10_001; count++) yield { bookingItemId: String(count), quantity: count }
      yield odd
    })()
    const report = reports.get('bookingitems')
    if (report === undefined) throw new Error('there is such a report')
    t.equal(await writeDay(file, report, records, { format: 'parquet', gzip: false }, new AbortController().signal), 10_002)
    const rows = async (sql: string): Promise<unknown[][]> => (await connection.runAndReadAll(sql)).getRowsJson() as unknown[][]
    const sum = `SELECT count(*)::INTEGER, count(DISTINCT "bookingItemId")::INTEGER, sum(quantity)::INTEGER FROM '${file}'`
    t.same(await rows(sum), [[10_002, 10_001, 50_005_000]])
    const others = await rows(`SELECT "bookingItemId", quantity, cost, _other FROM '${file}' WHERE _other IS NOT NULL`)
    const [[id, quantity, cost, other] = []] = others
    t.same([id, quantity, cost], [null, null, null])
    t.match(JSON.parse(String(other)), { bookingItemId: 7, quantity: 2 ** 60, cost: '1' })
  })
})

/** A day of one record is too little for DuckDB to find it out. */
const DIALECT = 'delim = \',\', quote = \'"\', escape = \'"\''

const SERVER = ['/usr/lib/postgresql/17/bin', '/usr/lib/postgresql/16/bin', '/usr/lib/postgresql/15/bin'].find((path) => existsSync(path))

test('PostgreSQL takes the files', { skip: SERVER === undefined && 'PostgreSQL is not installed' }, async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'postgres-'))
  // It does not run as root.
  const isRoot = process.getuid?.() === 0
  const id = (flag: string): number => Number(execFileSync('id', [flag, 'postgres']).toString())
  const user = isRoot ? { uid: id('-u'), gid: id('-g') } : {}
  if (isRoot) chownSync(folder, id('-u'), id('-g'))
  const bin = (name: string): string => join(SERVER ?? '', name)
  execFileSync(bin('initdb'), ['-D', join(folder, 'data'), '-A', 'trust', '-U', 'postgres', '--no-sync'], { ...user, cwd: folder })
  const server = spawn(
    bin('postgres'), ['-D', join(folder, 'data'), '-k', folder, '-c', 'listen_addresses=', '-c', 'fsync=off'],
    { ...user, cwd: folder, stdio: 'ignore' }
  )
  t.teardown(async () => {
    const ended = new Promise((resolve) => { server.once('exit', resolve) })
    server.kill('SIGINT')
    await ended
    rmSync(folder, { recursive: true, force: true })
  })
  const psql = (args: readonly string[], input?: string): string => execFileSync(
    bin('psql'), ['-h', folder, '-U', 'postgres', '-v', 'ON_ERROR_STOP=1', '-q', '-At', '-F', '\t', ...args],
    { input, maxBuffer: 64 * 1024 * 1024, stdio: ['pipe', 'pipe', 'pipe'] }
  ).toString()
  for (let tries = 0; ; tries++) {
    try { psql(['-c', 'SELECT 1']); break } catch (error) {
      if (tries > 100) throw error
      await new Promise((resolve) => setTimeout(resolve, 100))
    }
  }
  await loads(t, 'postgres', {
    run: async (sql) => { psql([], sql) },
    // As docs/exports.md says.
    async bring (exports) {
      const script = join(exports, '.load.sh')
      writeFileSync(script, `set -eu
psql () { ${bin('psql')} -h ${folder} -U postgres -q -v ON_ERROR_STOP=1 "$@"; }
psql -c 'DROP TABLE IF EXISTS roller_lines; CREATE TABLE roller_lines (file text NOT NULL, record text)'
cd '${exports}'
find "$PWD" -name '*.ndjson.gz' | while read -r file; do { gzip -dc "$file"; echo; } | sed "s|^|$file\t|"; done |
  psql -c "\\copy roller_lines FROM STDIN (FORMAT csv, DELIMITER E'\\t', QUOTE E'\\x01')"
`)
      execFileSync('sh', [script])
    },
    rows: async (sql) => psql(['-c', sql]).trimEnd().split('\n').map((line) => line.split('\t'))
  })
})
