/**
 * Determines the sender of a response, and its meaning. On the direct transport every response is ROLLER's; through Nango it may be Nango's
 * own, which nango-error.ts recognizes. ROLLER's responses are classified by status, whatever their Content-Type, unless the body is a page
 * of HTML: ROLLER sends JSON only, so the page comes from a load balancer, a firewall or a wrong NANGO_HOST.
 */
import { RollerError, type Upstream } from '../errors.ts'
import { PASS, unreachable, type Classification, type ResponseHead } from './classification.ts'
import { isLabelledHtml, isPage, mediaType } from './html-page.ts'
import { classifyNangoError } from './nango-error.ts'
import { readable } from './readable.ts'
import { MAX_COOLING_OFF_SECONDS, MAX_EXPORT_WAIT_SECONDS, retryAfterSeconds } from '../util/retry-after.ts'
import type { Exchange } from './transport/exchange.ts'
import type { TransportName } from '../util/transport-name.ts'
import { isRecord } from '../util/is-record.ts'
import { readJson } from '../util/json.ts'

/** Larger error bodies are not Nango's, and are not quoted. */
const MAX_CLASSIFIED_BODY = 64 * 1024

/** ROLLER's published cooling-off, used if the 429 has no Retry-After (it may be lost through Nango). */
const COOLING_OFF_SECONDS = 60

/** Legitimate errors are not nested deeper; deeper values cannot be serialized as part of the problem document. */
const MAX_DEPTH = 64

/** The available part of a body. */
export interface ReadBody {
  /** All of it, or null if it is larger than MAX_CLASSIFIED_BODY. */
  readonly whole: Buffer | null
  /** Its first bytes. */
  readonly start: Buffer
}

/** True if the head is sufficient to attribute the response to ROLLER, so that its body may be streamed unread. */
export function passesUnread ({ status, headers }: ResponseHead): boolean {
  return status < 400 && !isLabelledHtml(headers)
}

/** Classifies a response by its body, and removes the Content-Type that Nango added. */
export async function classifyExchange (exchange: Exchange, by: TransportName): Promise<Classification> {
  const whole = await exchange.collect(MAX_CLASSIFIED_BODY)
  const body = { whole, start: exchange.start }
  const classification = classifyResponse(exchange, body, by)
  // ROLLER sent none. With text/html, a browser would run what ROLLER quotes from its callers' requests.
  if (by === 'nango' && isLabelledHtml(exchange.headers) && !isHtml(exchange, body)) delete exchange.headers['content-type']
  return classification
}

/** @param by the transport that received it */
export function classifyResponse (head: ResponseHead, body: ReadBody, by: TransportName = 'nango'): Classification {
  const { status, headers } = head
  const plain = body.whole === null ? null : readable(body.whole, headers['content-encoding'], MAX_CLASSIFIED_BODY)
  const parsed = plain === null ? undefined : parse(plain)
  if (by === 'nango') {
    const own = classifyNangoError(head, parsed)
    if (own !== null) return own
    // ROLLER's own 500 without a body arrives with Nango's Content-Type; one without any is Nango's, which failed after its head.
    if (status === 500 && body.whole?.length === 0 && !isLabelledHtml(headers)) {
      return unreachable('Nango broke off without a response from ROLLER.', { status }, true)
    }
  }
  if (isHtml(head, body) && !mayBePage(head, by)) {
    return unreachable(`Something on the way answered ${status} with an HTML page.`, { status }, true)
  }
  return classifyRoller(head, { status, ...(parsed !== undefined && { body: parsed }) })
}

function classifyRoller ({ status, headers }: ResponseHead, upstream: Upstream): Classification {
  switch (status) {
    case 401: {
      const detail = 'ROLLER answered 401, also with a fresh token.'
      return { kind: 'renew', error: new RollerError('ROLLER_ERR_CREDENTIALS_REJECTED', { detail, upstream }) }
    }
    case 403:
      return { kind: 'fail', error: new RollerError('ROLLER_ERR_ACCESS_DENIED', { detail: 'ROLLER returned 403.', upstream }) }
    case 429:
      return coolingOff(headers['retry-after'], upstream)
    case 502: case 503: case 504:
      return { kind: 'repeat', maySent: true, error: null }
    default:
      return PASS
  }
}

function coolingOff (retryAfter: unknown, upstream: Upstream): Classification {
  const seconds = retryAfterSeconds(retryAfter, MAX_COOLING_OFF_SECONDS) ?? COOLING_OFF_SECONDS
  const exportSeconds = retryAfterSeconds(retryAfter, MAX_EXPORT_WAIT_SECONDS)
  const error = new RollerError('ROLLER_ERR_COOLING_OFF', { detail: 'ROLLER returned 429.', upstream, retryAfter: seconds })
  return { kind: 'limited', scope: 'connection', seconds, error, ...(exportSeconds !== undefined && { exportSeconds }) }
}

/** A web server may respond to a missing path, and a redirect often has an HTML page. Nango follows redirects, so none comes through it. */
function mayBePage ({ status, headers }: ResponseHead, by: TransportName): boolean {
  return status === 404 || status === 405 || (by === 'direct' && status >= 300 && status < 400 && headers.location !== undefined)
}

/** The body of an error without Content-Type is read; such a success is streamed unread. */
function isHtml ({ headers }: ResponseHead, { whole, start }: ReadBody): boolean {
  const labelled = isLabelledHtml(headers)
  if (!labelled && mediaType(headers) !== '') return false
  const plain = readable(whole ?? start, headers['content-encoding'], MAX_CLASSIFIED_BODY)
  return plain === null ? labelled : isPage(plain)
}

function parse (body: Buffer): unknown {
  if (body.length === 0) return undefined
  const value = readJson(body)
  return value === undefined || nestsDeeper(value, MAX_DEPTH) ? body.toString('utf8').slice(0, 2_000) : value
}

function nestsDeeper (value: unknown, levels: number): boolean {
  if (!isRecord(value)) return false
  return levels === 0 || Object.values(value).some((inner) => nestsDeeper(inner, levels - 1))
}
