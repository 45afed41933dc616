import { execFile } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { test } from '../support/tap.ts'
import { listen, VENUE } from '../support/build.ts'
import { tsc } from '../support/tsc.ts'

const run = promisify(execFile)
const root = fileURLToPath(new URL('.', import.meta.resolve('#root/package.json')))

/** A client built with the generated types; `url` comes from the command line. */
const PROGRAM = `
import createClient from 'openapi-fetch'
import type { components, paths } from './openapi.ts'
const client = createClient<paths>({ baseUrl: process.argv[2] ?? '', headers: ${JSON.stringify(VENUE)} })
type Problem = components['schemas']['Problem']
const { data, error, response } = await client.GET('/roller/venues/me', {})
if (data === undefined) {
  // @ts-expect-error ROLLER's own errors come as they are: any JSON
  void error.hint
  const ours = response.headers.get('content-type')?.startsWith('application/problem+json') === true
  throw new Error(ours ? (error as Problem).hint : String(error))
}
const name: string | undefined = data.name
const { data: report } = await client.GET('/roller/data/tickets', {
  params: {
    query: { startDate: '2026-11-10T00:00:00', endDate: '2026-11-11' },
    header: { 'Roller-Max-Wait': 5, 'Roller-Validation': 'true' }
  }
})
const tickets: { ticketId?: string, productId?: string }[] = report?.items ?? []
const pages: number | undefined = report?.totalPages
// @ts-expect-error a record is not the page
void report?.ticketId
type Booking = NonNullable<paths['/roller/bookings/{uniqueId}']['get']['responses'][200]['content']['application/json']>
const lines: (booking: Booking) => (string | undefined)[] = ({ items = [] }) =>
  items.flatMap(({ tickets: own = [] }) => own.map((ticket) => ticket.ticketId))
void lines
type Headers = paths['/roller/data/tickets']['get']['responses'][200]['headers']
const answered: Headers['Roller-Answered-By'] = 'roller'
const warned: Headers['Roller-Warning'] = 'page-size;max=500'
void [answered, warned] satisfies unknown
const { data: created } = await client.POST('/connect-session', { body: { tags: { organization_id: 'a' } } })
const token: string | undefined = created?.token
// @ts-expect-error a venue has no such property
void data.nothing
process.stdout.write(JSON.stringify({ name, token, tickets: tickets.length, pages }))
`

test('type-checks a client generated from the OpenAPI document, and makes real calls', { timeout: 120_000 }, async (t) => {
  const { url } = await listen(t)
  // Inside the project, so that the program finds its packages.
  const folder = await mkdtemp(join(root, '.cache-client-'))
  t.teardown(() => rm(folder, { recursive: true }))
  await run(join(root, 'node_modules/.bin/openapi-typescript'), [join(root, 'openapi', 'openapi.json'), '-o', join(folder, 'openapi.ts')])
  await writeFile(join(folder, 'program.ts'), PROGRAM)
  await writeFile(join(folder, 'tsconfig.json'), JSON.stringify({
    compilerOptions: {
      target: 'ES2022', module: 'nodenext', strict: true, skipLibCheck: true, rewriteRelativeImportExtensions: true, types: ['node']
    },
    files: ['program.ts']
  }))
  t.same((await tsc(folder)).errors, [], 'type-checks')
  const { stdout } = await run(process.execPath, [join(folder, 'program.js'), url], { cwd: root })
  const { name, token, pages } = JSON.parse(stdout) as { name?: string, token?: string, pages?: number }
  t.type(pages, 'number')
  t.match(name, /./)
  t.match(token, /^nango_connect_session_/)
})
