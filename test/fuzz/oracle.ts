/** Invariants of every response, every call that arrives anywhere, and every log line. Each check returns a violation, or nothing. */
import { checkerOf } from '#plugin/operations/checker.js'
import { Problem } from '#plugin/problem.js'
import type { ReceivedRequest } from '#sandbox/nango.js'
import type { RecordedRequest } from '#sandbox/roller.js'
import { PRIVATE, SECRET_KEY, SECRETS } from './canaries.ts'
import { MARK_HEADER, type Conversation } from './conversation.ts'
import type { Exchange, WireResponse } from './wire.ts'

export type Fault = string

export function faultsOfExchange ({ sent, inOrder, expected, shape }: Conversation, { responses, text, garbled, hung }: Exchange): Fault[] {
  const faults: Fault[] = []
  if (hung) faults.push(`${shape}: neither answered nor closed`)
  if (garbled !== null) faults.push(`${shape}: the response is no HTTP: ${garbled}`)
  if (responses.length > Math.max(sent.length, expected === 100 ? 1 : expected)) {
    faults.push(`${shape}: ${responses.length} answers to ${sent.length} requests`)
  }
  if (inOrder) {
    const ids = responses.map(({ headers }) => headers.get('x-request-id'))
    // After an announced last response, the others may be missing.
    const isAnnounced = /close/i.test(responses.at(-1)?.headers.get('connection') ?? '')
    if ((ids.length !== sent.length && !isAnnounced) || ids.some((id, index) => id !== sent[index])) {
      faults.push(`${shape}: answers ${ids.join()} to ${sent.join()}`)
    }
  }
  for (const secret of SECRETS) if (text.includes(secret)) faults.push(`${shape}: the response holds ${secret}`)
  for (const response of responses) faults.push(...faultsOfResponse(response).map((fault) => `${shape}: ${fault}`))
  return faults
}

/** ROLLER's webhooks get a status and a word by contract, and readiness is for load balancers. */
const PLAIN = /^(text\/plain|application\/json)/

function faultsOfResponse ({ status, headers, body }: WireResponse): Fault[] {
  if (status < 400 || headers.get('roller-answered-by') === 'roller') return []
  const type = headers.get('content-type') ?? ''
  if (PLAIN.test(type)) {
    const delivery = [500, 503].includes(status) && headers.get('cache-control') === 'no-store' && body.length < 100
    const readiness = status === 503 && /"status":"(not-ready|draining)"/.test(body)
    return delivery || readiness ? [] : [`${status} of ours as ${type}: ${body.slice(0, 200)}`]
  }
  if (!type.startsWith('application/problem+json')) return [`${status} of ours without a problem (${type}): ${body.slice(0, 200)}`]
  if (body === '') return [] // to a HEAD
  const problem = JSON.parse(body) as Problem // checked in the next line
  if (!checkerOf(Problem).check(problem)) return [`no problem: ${body.slice(0, 300)}`]
  if (problem.code === 'ROLLER_ERR_INTERNAL') return [`the gateway failed: ${body.slice(0, 300)}`]
  return problem.status === status ? [] : [`status ${status}, and ${problem.status} in the problem`]
}

/** The gateway's requests to Nango's own API, besides its proxy. */
const CONTROL = [
  /^GET \/health$/, /^GET \/integrations\/roller(\?|$)/, /^(GET|POST) \/connections(\?|$)/, /^(GET|PATCH|DELETE) \/connections\/[^/?]+\?/, /^(POST|PATCH) \/connections\/metadata$/, /^POST \/connect\/sessions(\/reconnect)?$/, /^GET \/connect\/session$/,
  /^DELETE \/connect\/session$/, /^POST \/oauth2\/auth\/roller\?/
]
/** The allowed headers of a call through the proxy. */
const TO_PROXY = new Set([
  'host', 'connection', 'authorization', 'provider-config-key', 'connection-id', 'retries', 'content-type', 'content-length',
  'transfer-encoding', 'nango-proxy-user-agent', 'nango-proxy-accept', 'nango-proxy-accept-language', 'nango-proxy-content-type',
  'nango-proxy-timezone-designators'
])
const TO_ROLLER = new Set([
  'host', 'connection', 'authorization', 'accept', 'accept-encoding', 'accept-language', 'content-type', 'content-length',
  'transfer-encoding', 'timezone-designators', 'user-agent'
])

export function faultsAtNango ({ method, url, headers }: ReceivedRequest, transport: 'nango' | 'direct'): Fault[] {
  const where = `Nango: ${method} ${url.slice(0, 200)}`
  // The probes of the key's scopes, for a connection that does not exist.
  if (url === '/proxy/probe' && method === 'GET' && /^fastify-roller-probe-/.test(String(headers['connection-id']))) return []
  if (/^\/proxy\//.test(url)) {
    const faults = faultsOfPath(url.slice('/proxy'.length)).map((fault) => `${where}: ${fault}`)
    if (transport === 'direct') faults.push(`${where}: through the proxy`)
    if (headers.authorization !== `Bearer ${SECRET_KEY}` || headers['provider-config-key'] !== 'roller' || headers['retries'] !== '0') {
      faults.push(`${where}: steered by a caller`)
    }
    const strange = Object.keys(headers).filter((name) => !TO_PROXY.has(name))
    return strange.length === 0 ? faults : [...faults, `${where}: with ${strange.join()}`]
  }
  if (!CONTROL.some((known) => known.test(`${method} ${url}`))) return [`${where}: is not for the gateway to call`]
  return /\/\.{1,2}([/?]|$)|%2e%2e|\$\{/i.test(url.split('?')[0] ?? '') ? [`${where}: climbs`] : []
}

export function faultsAtRoller ({ method, url, headers, clientId }: RecordedRequest, host: string): Fault[] {
  const where = `ROLLER: ${method} ${url.slice(0, 200)}`
  if (headers.host !== host) return [`${where}: as ${headers.host}`]
  // Requests of Nango and of the connect check, with credentials in the body.
  if (url === '/token') {
    return method === 'POST' &&
      headers.authorization === undefined && headers[MARK_HEADER] === undefined
      ? []
      : [`${where}: a caller requested a token`]
  }
  const faults = faultsOfPath(url).map((fault) => `${where}: ${fault}`)
  if (clientId === null) faults.push(`${where}: without a venue's token: ${String(headers.authorization).slice(0, 20)}`)
  const strange = Object.keys(headers).filter((name) => !TO_ROLLER.has(name))
  return strange.length === 0 ? faults : [...faults, `${where}: with ${strange.join()}`]
}

/** Parses a forwarded path as leniently as any server might. */
function faultsOfPath (target: string): Fault[] {
  const faults: Fault[] = []
  // eslint-disable-next-line no-control-regex
  if (/[${}|\u0000-\u0020\u007f-\uffff#]/.test(target)) faults.push('a character that must not leave')
  let path = target.split('?')[0] ?? ''
  for (let round = 0; round < 12; round++) {
    path = path.replace(/%([0-9a-f]{2})/gi, (_, hex: string) => String.fromCharCode(parseInt(hex, 16)))
  }
  // eslint-disable-next-line no-control-regex
  if (/[\u0000-\u001f\u007f\\]|[\u00c0\u00c1]|\u00e0[\u0080-\u009f]/.test(path)) faults.push('a control character or a backslash')
  if (path.includes('//')) faults.push('a double slash')
  if (path.split('/').some((segment) => /^\.{1,2}(;|$)/.test(segment))) faults.push('a dot segment')
  if (/[?#]/.test(path)) faults.push('a query or a fragment in the path')
  // Servers that map full-width characters to similar ASCII ones.
  const folded = Buffer.from(path, 'latin1').toString('utf8').normalize('NFKC')
  if (/\\|\/\/|(^|\/)\.{1,2}(;|\/|$)/.test(folded)) faults.push('a dot segment, a slash or a backslash in full width')
  if (/^\/\s*token[\s.]*([/;?#]|$)/i.test(path)) faults.push('ROLLER\'s tokens')
  return faults
}

export function faultsOfLog (lines: readonly string[]): Fault[] {
  return lines.flatMap((line) => {
    const faults = PRIVATE.filter((secret) => line.includes(secret)).map((secret) => `the log holds ${secret}: ${line.slice(0, 300)}`)
    try {
      const { level, msg } = JSON.parse(line) as { level?: unknown, msg?: unknown }
      if (typeof level !== 'number' || typeof msg !== 'string') {
        faults.push(`the log has a line of another source: ${line.slice(0, 200)}`)
      } else if (level >= 60) faults.push(`fatal: ${line.slice(0, 300)}`)
    } catch {
      faults.push(`the log holds a line that is no record: ${line.slice(0, 200)}`)
    }
    return faults
  })
}
