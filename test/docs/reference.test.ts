/** The reference has every route, header and event of the gateway. */
import { readFileSync } from 'node:fs'
import { test } from '../support/tap.ts'
import type { ConnectionEvent } from 'fastify-roller'
import type { UsageEvent } from '#plugin/webhooks/usage-events.js'
import { ROOT } from './blocks.ts'

const read = (path: string): string => readFileSync(new URL(path, ROOT), 'utf8')
const page = read('docs/reference.md')
const section = (title: string): string => new RegExp(`^#+ ${title}\n([\\s\\S]*?)(?=^## )`, 'm').exec(page)?.[1] ?? ''

const { paths, components } = JSON.parse(read('openapi/openapi.json')) as {
  paths: Record<string, unknown>, components: Record<'headers' | 'parameters', Record<string, unknown>>
}

test('has every route', (t) => {
  const routes = section('Routes').replaceAll('{id}', '{}')
  // The page's own call, described with the link's ticket.
  const own = Object.keys(paths).filter((path) => !path.startsWith('/roller') && path !== '/connect/result')
  for (const path of own) t.ok(routes.includes(`${path.replace(/\{(connectionId|id)\}/, '{}')}\``), path)
  t.end()
})

test('has every header', (t) => {
  const headers = section('Headers').toLowerCase()
  const names = [...Object.keys(components.headers), ...Object.keys(components.parameters)].filter((name) => name !== 'x-roller-apikey')
  for (const name of names) t.match(headers, new RegExp(`\`${name.toLowerCase()}[\`:]`), name)
  t.end()
})

test('has every event of a connection', (t) => {
  const events: Record<(ConnectionEvent | UsageEvent)['name'], true> = {
    'connection.created': true,
    'connection.reconnected': true,
    'connection.failed': true,
    'connection.recovered': true,
    'connection.venue-changed': true,
    'connection.deleted': true,
    'usage.warning': true,
    'usage.exceeded': true
  }
  for (const name of Object.keys(events)) t.ok(section('Events').includes(`\`${name}\``), name)
  t.end()
})
