/** The queries of docs/operating.md use metrics, labels and values that exist, and find the error that they are for. */
import { readFileSync } from 'node:fs'
import { test } from '../support/tap.ts'
import { VENUE } from '../support/build.ts'
import { service } from './fixture.ts'

const text = readFileSync(new URL(import.meta.resolve('#root/docs/operating.md')), 'utf8')
const queries = [...text.matchAll(/`(increase\(.*?)`/g)].map(([, query]) => String(query).replaceAll('\\|', '|'))

test('every query selects series', async (t) => {
  const { app } = await service(t)
  const { body } = await app.inject({ url: '/metrics' })
  t.ok(queries.length >= 6)
  for (const query of queries) {
    const [, name, label, sign, value] = /^increase\((\w+)\{(\w+)(=~?)"([^"]+)"\}\[15m\]\) > \d+$/.exec(query) ?? []
    const series = [...body.matchAll(new RegExp(`^${name}\\{${label}="([^"]*)"\\} `, 'gm'))].map(([, found]) => String(found))
    const selected = series.filter((found) => sign === '=~' ? new RegExp(`^(?:${value})$`).test(found) : found === value)
    t.ok(selected.length > 0, query)
  }
})

test('counts the errors of these queries', async (t) => {
  const { app, nango, roller } = await service(t, { MAX_WAIT: '0' })
  const lines = [
    'roller_errors_total{code="ROLLER_ERR_NANGO_REJECTED"} 1\n', 'roller_errors_total{code="ROLLER_ERR_NANGO_LIMIT"} 1\n',
    'roller_cooling_off_total{scope="connection"} 1\n', 'roller_errors_total{code="ROLLER_ERR_COOLING_OFF"} 1\n'
  ]
  nango.faults.next({ path: /products/, kind: 'status', status: 401, body: { error: { code: 'unknown_secret_key' } } })
  await app.inject({ url: '/roller/products', headers: VENUE })
  roller.faults.next({ path: /venues/, kind: 'status', status: 429, headers: { 'retry-after': '9' } })
  await app.inject({ url: '/roller/venues/me', headers: VENUE })
  nango.faults.next({ path: /connections/, kind: 'status', status: 429, body: { error: { code: 'too_many_request' } } })
  await app.inject({ url: '/connections' })
  const { body } = await app.inject({ url: '/metrics' })
  for (const line of lines) t.ok(body.includes(line), line)
})
