/**
 * Writes openapi/openapi.json from the routes; with --check, compares the committed file and exits with 1 if it differs.
 *
 * node dist/openapi/build.js [--check]
 */
import { readFile, writeFile } from 'node:fs/promises'
import { buildApp } from '#service/app.js'
import { readConfig } from '#service/config/config.js'

const FILE = new URL(import.meta.resolve('#root/openapi/openapi.json'))

// The document is collected without any call, so placeholders are sufficient.
const config = readConfig(
  {
    LOG_LEVEL: 'silent',
    API_KEYS: 'a-key-for-the-document-alone',
    NANGO_SECRET_KEY: 'none',
    NANGO_HOST: 'http://127.0.0.1',
    POLL_INTERVAL: '0'
  }
)
if (config.nango === null) throw new Error('the key is given')
const app = await buildApp({ config: { ...config, nango: config.nango }, exampleConnectionId: 'demo-venue' })
const served: object = (await app.inject('/openapi.json')).json()
// The service's address is relative to that of its document. A file has none, and clients generated from it would call `.`.
const servers = [{ url: 'http://127.0.0.1:3000', description: 'The service on this machine' }]
const generated = `${JSON.stringify({ ...served, servers }, null, 2)}\n`
await app.close()

if (process.argv.includes('--check')) {
  const committed = await readFile(FILE, 'utf8').catch(() => '')
  if (committed !== generated) {
    process.stderr.write(
      `openapi/openapi.json is not what the code generates (${firstDifference(committed, generated)}). Run: npm run openapi\n`
    )
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
