/** Tables for the exported files, and how they are filled from them: printed by --print-sql. */
import type { Column, ColumnType, Report } from 'fastify-roller/internal'

export const DIALECTS = ['duckdb', 'postgres', 'bigquery'] as const
export type Dialect = (typeof DIALECTS)[number]

interface Sql {
  readonly types: Readonly<Record<ColumnType, string>>
  readonly quote: (name: string) => string
  /** The value of a column, from the record as JSON. What is of another type is null: the record has it. */
  readonly value: (column: Column) => string
  /** Before the first table. */
  readonly head: string
  readonly table: (report: Report) => string
  readonly load: (report: Report) => string
}

const OWN_COLUMNS = ['venue', 'day', 'record'] as const

/**
 * Escapes of NUL and of half a surrogate pair, which databases reject, in a JSON text whose escaped backslashes are written as \\u005c. The
 * files have pairs as one character.
 */
const REJECTED = '\\\\u(0000|d[89a-f][0-9a-f]{2})'
/** Bytes of a text in a key. An index of PostgreSQL takes 2,700 for the whole key. */
const LONGEST_KEY = 1_000

/** What identifies a record: a column of the table, with a value that fits it. */
function keyConditions ({ key, columns }: Report, quote: Sql['quote'], bytesOf: string): string[] {
  return key.map(quote).flatMap((name, index) => {
    const isText = columns.find((column) => column.name === key[index])?.type === 'text'
    return isText ? [`${name} IS NOT NULL`, `${bytesOf}(${name}) <= ${LONGEST_KEY}`] : [`${name} IS NOT NULL`]
  })
}

export interface SqlOptions {
  readonly sql: Dialect
  readonly reports: readonly Report[]
  readonly out: string
  /** Reads compressed files only: a folder may have each day in both forms. */
  readonly gzip: boolean
}

export function printSql ({ sql: dialect, reports, ...files }: SqlOptions): string {
  const sql = dialect === 'duckdb' ? duckdb(files) : dialect === 'postgres' ? postgres : bigquery
  return [sql.head, ...reports.map((report) => `${comment(report)}\n${sql.table(report)}\n${sql.load(report)}`)].join('\n\n') + '\n'
}

function comment ({ id, key, kind }: Report): string {
  if (kind === 'list') return `-- ${id}: a list, replaced as a whole for each venue.`
  return key.length === 0
    ? `-- ${id}: records have no identity; those of a venue's day are replaced as a whole.`
    : `-- ${id}: a record of a venue is identified by ${key.join(' and ')}; the one of the later day stays.`
}

/** Replaced by its key; the others by day, or as a whole. */
function isKeyed ({ key, kind }: Report): boolean { return kind !== 'list' && key.length > 0 }

function columnLines ({ columns }: Report, { types, quote }: Pick<Sql, 'types' | 'quote'>): string[] {
  return columns.map(({ name, type }) => `  ${quote(name)} ${types[type]}`)
}

const doubleQuoted = (name: string): string => `"${name}"`
const literal = (text: string): string => `'${text.replaceAll('\'', '\'\'')}'`

function duckdb ({ out, gzip }: Pick<SqlOptions, 'out' | 'gzip'>): Sql {
  const types = {
    text: 'VARCHAR', integer: 'BIGINT', number: 'DOUBLE', boolean: 'BOOLEAN', date: 'DATE', timestamp: 'TIMESTAMPTZ', json: 'JSON'
  }
  // From the end of the path: the folder of the export may have such a name as well.
  const venue = (column: string): string => `regexp_extract(${column}, 'venue=([^/\\\\]+)[/\\\\][^/\\\\]+$', 1)`
  const day = (column: string): string => `TRY_CAST(regexp_extract(${column}, 'day=(\\d{4}-\\d\\d-\\d\\d)[^/\\\\]+$', 1) AS DATE)`
  const value = ({ name, type }: Column): string => {
    const path = `'$."${name}"'`
    if (type === 'json') return `json -> ${path}`
    return type === 'text' ? `json ->> ${path}` : `TRY_CAST(json ->> ${path} AS ${types[type]})`
  }
  const glob = ({ id }: Report): string => literal(`${out.replace(/[*?[]/g, '[$&]')}/${id}/venue=*/*.ndjson${gzip ? '.gz' : '*'}`)
  const select = (report: Report): string => `SELECT ${[
    `${venue('filename')} AS venue`, `${day('filename')} AS day`, ...report.columns.map((column) => `${value(column)} AS "${column.name}"`),
    'json AS record'
  ].join(',\n    ')}
  FROM query(getvariable('roller_files'))
  WHERE json IS NOT NULL`
  // Not read_ndjson_objects: half a surrogate pair in one record ends it.
  const lines = (report: Report): string => `FROM (
  SELECT filename, TRY_CAST(CASE WHEN contains(line, '\\u')
    THEN regexp_replace(replace(line, '\\\\', '\\u005c'), '${REJECTED}', chr(65533), 'g') ELSE line END AS JSON) AS json
  FROM read_csv(${glob(report)}, filename = true, columns = {'line': 'VARCHAR'}, header = false, auto_detect = false,
    delim = '\\t', quote = '', escape = '', max_line_size = 16777216)
)`
  // A report without files would be an error, and end the statements.
  const files = (report: Report): string => `SET VARIABLE roller_files = (
  SELECT CASE count(*) WHEN 0 THEN 'SELECT NULL::JSON AS json, NULL AS filename LIMIT 0'
    ELSE ${literal(lines(report))} END
  FROM glob(${glob(report)})
);`
  return {
    types,
    quote: doubleQuoted,
    value,
    head: `-- DuckDB. Reads NDJSON, compressed${gzip ? '' : ' or not'}. Run it after every export.`,
    table: (report) => `CREATE TABLE IF NOT EXISTS "${report.id}" (
  venue VARCHAR NOT NULL,
  day DATE,
${columnLines(report, { types, quote: doubleQuoted }).join(',\n')},
  record JSON${isKeyed(report) ? `,\n  PRIMARY KEY (venue, ${report.key.map(doubleQuoted).join(', ')})` : ''}
);`,
    load (report) {
      const { id, key, columns, kind } = report
      if (!isKeyed(report)) {
        const exported = `SELECT ${venue('file')}${kind === 'list' ? '' : `, ${day('file')}`} FROM glob(${glob(report)})`
        return `${files(report)}
DELETE FROM "${id}" WHERE ${kind === 'list' ? 'venue' : '(venue, day)'} IN (${exported});
INSERT INTO "${id}" BY NAME
  ${select(report)};`
      }
      const keys = key.map(doubleQuoted)
      return `${files(report)}
INSERT INTO "${id}" BY NAME
  ${select(report)}
    AND ${keyConditions(report, doubleQuoted, 'strlen').join(' AND ')}
  QUALIFY row_number() OVER (PARTITION BY ${['venue', ...keys].join(', ')} ORDER BY day DESC) = 1
ON CONFLICT DO UPDATE SET
${setters(['day', ...columns.map(({ name }) => name), 'record'], key, doubleQuoted)}
  WHERE EXCLUDED.day >= "${id}".day;`
    }
  }
}

function setters (names: readonly string[], key: readonly string[], quote: (name: string) => string): string {
  return names.filter((name) => !key.includes(name)).map((name) => `  ${quote(name)} = EXCLUDED.${quote(name)}`).join(',\n')
}

const POSTGRES_TYPES = {
  text: 'text', integer: 'bigint', number: 'numeric', boolean: 'boolean', date: 'date', timestamp: 'timestamptz', json: 'jsonb'
} as const

function nullIfOdd (name: string, type: string, cast: string): string {
  return `CREATE OR REPLACE FUNCTION pg_temp.roller_${name}(value text) RETURNS ${type} LANGUAGE plpgsql AS $$
BEGIN RETURN ${cast}; EXCEPTION WHEN data_exception THEN RETURN NULL; END $$;`
}

const postgres: Sql = {
  types: POSTGRES_TYPES,
  quote: doubleQuoted,
  value ({ name, type }) {
    const [json, text] = [`record -> '${name}'`, `record ->> '${name}'`]
    switch (type) {
      case 'text': return text
      case 'json': return json
      case 'boolean': return `CASE jsonb_typeof(${json}) WHEN 'boolean' THEN (${text})::boolean END`
      case 'integer': return `CASE jsonb_typeof(${json}) WHEN 'number' THEN pg_temp.roller_integer(${text}) END`
      case 'number': return `CASE jsonb_typeof(${json}) WHEN 'number' THEN (${text})::numeric END`
      case 'date': return `CASE WHEN ${text} ~ '^\\d{4}-\\d\\d-\\d\\d' THEN pg_temp.roller_date(${text}) END`
      case 'timestamp': return `CASE WHEN ${text} ~ '^\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d' THEN pg_temp.roller_timestamp(${text}) END`
    }
  },
  head: `-- PostgreSQL. Copy the files' lines into roller_lines first, each with the path of its file (docs/exports.md has the command).
CREATE TABLE IF NOT EXISTS roller_lines (file text NOT NULL, record text);

-- One odd value must not end the load of all: it is null in its column, and the record has it.
${nullIfOdd('integer', 'bigint', 'value::numeric::bigint')}
${nullIfOdd('date', 'date', 'left(value, 10)::date')}
${nullIfOdd('timestamp', 'timestamptz', 'value::timestamptz')}
CREATE OR REPLACE FUNCTION pg_temp.roller_json(line text, file text) RETURNS jsonb LANGUAGE plpgsql AS $$
BEGIN
  RETURN CASE WHEN line LIKE '%\\\\u%'
    THEN regexp_replace(replace(line, '\\\\', '\\u005c'), '${REJECTED}', chr(65533), 'g') ELSE line END::jsonb;
EXCEPTION WHEN data_exception OR program_limit_exceeded THEN
  RAISE WARNING 'A record of % is not loaded: %', file, SQLERRM;
  RETURN NULL;
END $$;
ALTER TABLE roller_lines ALTER COLUMN record TYPE jsonb USING pg_temp.roller_json(record::text, file);`,
  table: (report) => `CREATE TABLE IF NOT EXISTS "${report.id}" (
  venue text NOT NULL,
  day date,
${columnLines(report, { types: POSTGRES_TYPES, quote: doubleQuoted }).join(',\n')},
  record jsonb${isKeyed(report) ? `,\n  PRIMARY KEY (venue, ${report.key.map(doubleQuoted).join(', ')})` : ''}
);`,
  load (report) {
    const { id, key, columns, kind } = report
    const lines = `(
    SELECT substring(file FROM 'venue=([^/]+)/[^/]+$') AS venue,
      substring(file FROM 'day=(\\d{4}-\\d\\d-\\d\\d)[^/]+$')::date AS day, record
    FROM roller_lines WHERE file ~ '(^|/)${id}/venue=[^/]+/[^/]+$'
  ) AS lines`
    const names = [...OWN_COLUMNS.slice(0, 2), ...columns.map(({ name }) => doubleQuoted(name)), 'record'].join(', ')
    const values = columns.map((column) => `${postgres.value(column)} AS ${doubleQuoted(column.name)}`)
    const select = `SELECT venue, day, ${values.join(',\n    ')}, record
  FROM ${lines}
  WHERE record IS NOT NULL`
    if (!isKeyed(report)) {
      const identity = kind === 'list' ? 'venue' : 'venue, day'
      return `DELETE FROM "${id}" WHERE (${identity}) IN (SELECT ${identity} FROM ${lines});
INSERT INTO "${id}" (${names})
  ${select};`
    }
    const keys = ['venue', ...key.map(doubleQuoted)]
    return `INSERT INTO "${id}" (${names})
  SELECT DISTINCT ON (${keys.join(', ')}) * FROM (
  ${select}
  ) AS records
  WHERE ${keyConditions(report, doubleQuoted, 'octet_length').join(' AND ')}
  ORDER BY ${[...keys, 'day DESC'].join(', ')}
ON CONFLICT (${keys.join(', ')}) DO UPDATE SET
${setters(['day', ...columns.map(({ name }) => name), 'record'], key, doubleQuoted)}
  WHERE EXCLUDED.day >= "${id}".day;`
  }
}

const BIGQUERY_TYPES = {
  text: 'STRING', integer: 'INT64', number: 'FLOAT64', boolean: 'BOOL', date: 'DATE', timestamp: 'TIMESTAMP', json: 'JSON'
} as const
const backQuoted = (name: string): string => `\`${name}\``

const bigquery: Sql = {
  types: BIGQUERY_TYPES,
  quote: backQuoted,
  value ({ name, type }) {
    if (type === 'json') return `JSON_QUERY(record, '$.${name}')`
    const text = `JSON_VALUE(record, '$.${name}')`
    return type === 'text' ? text : `SAFE_CAST(${text} AS ${BIGQUERY_TYPES[type]})`
  },
  head: `-- BigQuery. Load the files' lines into roller_lines first, each with the path of its file (_FILE_NAME of an external table).
CREATE TABLE IF NOT EXISTS roller_lines (file STRING NOT NULL, record STRING);`,
  table: (report) => `CREATE TABLE IF NOT EXISTS ${backQuoted(report.id)} (
  venue STRING NOT NULL,
  day DATE,
${columnLines(report, { types: BIGQUERY_TYPES, quote: backQuoted }).join(',\n')},
  record JSON
);`,
  load (report) {
    const { id, key, columns, kind } = report
    const lines = `(
    SELECT REGEXP_EXTRACT(file, r'venue=([^/]+)/[^/]+$') AS venue,
      SAFE_CAST(REGEXP_EXTRACT(file, r'day=(\\d{4}-\\d\\d-\\d\\d)[^/]+$') AS DATE) AS day,
      SAFE.PARSE_JSON(
        REGEXP_REPLACE(REPLACE(record, r'\\\\', r'\\u005c'), r'${REJECTED}', '\\ufffd'), wide_number_mode => 'round'
      ) AS record
    FROM roller_lines WHERE REGEXP_CONTAINS(file, r'(^|/)${id}/venue=[^/]+/[^/]+$')
  )`
    const names = ['venue', 'day', ...columns.map(({ name }) => backQuoted(name)), 'record']
    const values = columns.map((column) => `${bigquery.value(column)} AS ${backQuoted(column.name)}`)
    const select = `SELECT venue, day, ${values.join(',\n    ')}, record
  FROM ${lines} WHERE record IS NOT NULL`
    if (!isKeyed(report)) {
      const identity = kind === 'list' ? 'venue' : 'CONCAT(venue, \' \', CAST(day AS STRING))'
      return `DELETE FROM ${backQuoted(id)} WHERE ${identity} IN (SELECT ${identity} FROM ${lines});
INSERT INTO ${backQuoted(id)} (${names.join(', ')})
  ${select};`
    }
    const keys = ['venue', ...key.map(backQuoted)]
    return `MERGE ${backQuoted(id)} AS kept USING (
  SELECT * FROM (
  ${select}
  ) WHERE ${keyConditions(report, backQuoted, 'BYTE_LENGTH').join(' AND ')}
  QUALIFY ROW_NUMBER() OVER (PARTITION BY ${keys.join(', ')} ORDER BY day DESC) = 1
) AS loaded ON ${keys.map((name) => `kept.${name} = loaded.${name}`).join(' AND ')}
WHEN MATCHED AND loaded.day >= kept.day THEN UPDATE SET ${names.map((name) => `${name} = loaded.${name}`).join(', ')}
WHEN NOT MATCHED THEN INSERT (${names.join(', ')}) VALUES (${names.map((name) => `loaded.${name}`).join(', ')});`
  }
}
