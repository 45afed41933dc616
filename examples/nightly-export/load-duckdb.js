// Runs the statements of its standard input in a DuckDB file, and counts the rows: node load-duckdb.js warehouse.duckdb < load.sql
import { text } from 'node:stream/consumers'
import { DuckDBInstance } from '@duckdb/node-api'

const database = await DuckDBInstance.create(process.argv[2] ?? 'warehouse.duckdb')
const connection = await database.connect()
await connection.run(await text(process.stdin))
const tables = await connection.runAndReadAll('SELECT table_name FROM duckdb_tables() ORDER BY table_name')
for (const [name] of tables.getRows()) {
  const counted = await connection.runAndReadAll(`SELECT count(*), count(DISTINCT venue) FROM "${name}"`)
  const [rows, venues] = counted.getRows()[0]
  console.log(`${name}: ${rows} rows of ${venues} venues`)
}
connection.closeSync()
database.closeSync()
