/**
 * An app beside the sidecar: it has the sidecar's address, an API key and its customer's connection id, and needs no Nango and no tokens.
 */
import { readFileSync } from 'node:fs'
import { createServer } from 'node:http'

const { ROLLER_URL, ROLLER_KEYS_FILE, CONNECTION_ID = '' } = process.env
const [key] = ROLLER_KEYS_FILE ? readFileSync(ROLLER_KEYS_FILE, 'utf8').trim().split(',') : []

const server = createServer(async (request, response) => {
  if (request.url !== '/') return response.writeHead(404).end()
  try {
    const answer = await fetch(`${ROLLER_URL}/roller/venues/me`, {
      headers: { 'Connection-Id': CONNECTION_ID, ...(key && { Authorization: `Bearer ${key}` }) },
      signal: AbortSignal.timeout(10_000)
    })
    const body = await answer.json()
    // The sidecar's errors have body.detail (the facts) and body.hint (what to do).
    response.writeHead(answer.status, { 'content-type': 'application/json' }).end(`${JSON.stringify(body, null, 2)}\n`)
  } catch (error) {
    response.writeHead(502, { 'content-type': 'text/plain' }).end(`The sidecar does not answer: ${error.message}\n`)
  }
})

server.listen(8080, () => console.log('The app listens on port 8080'))
process.once('SIGTERM', () => server.close(() => process.exit(0)))
