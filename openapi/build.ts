/**
 * Writes openapi/openapi.json from the routes, or with --check says whether the committed one is what the code generates.
 *
 *   node --import tsx openapi/build.ts [--check]
 */
import { readFile, writeFile } from 'node:fs/promises'
import { buildApp } from '../service/app.ts'

const FILE = new URL('./openapi.json', import.meta.url)

// Nothing is called while the document is gathered, so nothing real is needed.
const app = await buildApp({
  config: {
    nango: { secretKey: 'none', host: 'http://127.0.0.1', integrationId: 'roller' },
    transport: 'nango',
    rollerBaseUrl: 'http://127.0.0.1',
    connectionId: null,
    readOnly: false,
    apiKeys: ['a-key-for-the-document-alone'],
    redisUrl: null,
    whenAway: 'share',
    replicas: 1,
    maxWait: 0,
    host: '127.0.0.1',
    port: 0,
    logLevel: 'silent',
    trustProxy: false,
    shutdownGrace: 1000,
    loopbackOnly: false
  },
  exampleConnectionId: 'demo-venue'
})
await app.ready()
const generated = `${JSON.stringify(app.swagger(), null, 2)}\n`
await app.close()

if (process.argv.includes('--check')) {
  const committed = await readFile(FILE, 'utf8').catch(() => '')
  if (committed !== generated) {
    process.stderr.write(`openapi/openapi.json is not what the code generates (${firstDifference(committed, generated)}). Run: npm run openapi\n`)
    process.exitCode = 1
  }
} else {
  await writeFile(FILE, generated)
}

function firstDifference (committed: string, now: string): string {
  if (committed === '') return 'it is missing'
  const before = committed.split('\n')
  const line = now.split('\n').findIndex((text, index) => text !== before[index])
  return `first difference in line ${line + 1}`
}
