/** The dashboard uses metrics and labels that exist, and shows every metric of the service. */
import { readFileSync } from 'node:fs'
import { test } from '../support/tap.ts'
import { VENUE } from '../support/build.ts'
import { service } from './fixture.ts'

interface Panel { title: string, fieldConfig: { defaults: { unit?: string } }, targets: { expr: string }[] }

const { panels } = JSON.parse(
  readFileSync(new URL(import.meta.resolve('#root/docker/grafana-dashboard.json')), 'utf8')
) as { panels: Panel[] }

const METRIC = /\b(?:roller|nodejs|process)_[a-z0-9_]+/g

test('uses only metrics and labels that exist', async (t) => {
  const reports = { products: { ndjson: { all: { at: new Date().toISOString(), records: 1, calls: 1 } } } }
  const state = { version: 1, venue: '1', name: 'A park', unfinishedSince: null, reports }
  const EXPORT_DIR = t.testdir({ '.roller-export': { 'venue=1.json': JSON.stringify(state) } })
  const { app, roller } = await service(t, { MAX_WAIT: '0', MCP: 'true', EXPORT_DIR })
  // One call of every kind, so that each metric has its labels.
  await app.inject({ url: '/roller/venues/me', headers: VENUE })
  roller.faults.next({ path: /products/, kind: 'status', status: 429, headers: { 'retry-after': '9' } })
  for (let call = 0; call < 2; call++) await app.inject({ url: '/roller/products', headers: VENUE })
  const call = { jsonrpc: '2.0', id: 1, method: 'tools/call', params: { name: 'list_venues', arguments: {} } }
  const accept = { accept: 'application/json, text/event-stream', 'mcp-protocol-version': '2025-06-18' }
  await app.inject({ method: 'POST', url: '/mcp', headers: accept, payload: call })
  const { body } = await app.inject({ url: '/metrics' })
  const types = new Map([...body.matchAll(/^# TYPE (\S+) (\S+)$/gm)].map(([, name, type]) => [String(name), String(type)]))
  const labels = (name: string): Set<string> =>
    new Set(
      [...body.matchAll(new RegExp(`^${name}(?:_bucket)?\\{(.*)\\} `, 'gm'))].flatMap(
        ([, list]) => [...String(list).matchAll(/(\w+)="/g)].map(([, label]) => String(label))
      )
    )
  const shown = new Set<string>()
  t.ok(panels.length >= 10)
  for (const { title, targets, fieldConfig } of panels) {
    t.ok(targets.length > 0, title)
    t.ok(fieldConfig.defaults.unit, `${title}: a unit`)
    for (const { expr } of targets) {
      const names = expr.match(METRIC) ?? []
      t.ok(names.length > 0, `${title}: ${expr}`)
      for (const written of names) {
        const name = written.replace(/_(bucket|sum|count)$/, '')
        t.ok(types.has(name), `${title}: ${written}`)
        if (written !== name) t.equal(types.get(name), 'histogram', written)
        shown.add(name)
        // Every program with a Prometheus client has these.
        if (!name.startsWith('roller_')) t.match(expr, ' and on (job, instance) roller_', `${title}: of this service alone`)
      }
      const requested = [...expr.matchAll(/by \(([^)]*)\)/g), ...expr.matchAll(/\{(\w+)=/g)].flatMap(([, list]) => String(list).split(/[, ]+/))
      const there = new Set(names.flatMap((name) => [...labels(name.replace(/_(bucket|sum|count)$/, ''))]))
      for (const label of requested) t.ok(there.has(label), `${title}: the label ${label} in ${expr}`)
    }
  }
  for (const name of types.keys()) if (name.startsWith('roller_')) t.ok(shown.has(name), `${name} is shown`)
})
