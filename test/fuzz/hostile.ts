/** Hostile paths, queries, headers and bodies. */
/* eslint-disable no-template-curly-in-string -- Nango would fill them in */
import fc from 'fast-check'
import { webhookKey } from '#plugin/webhooks/keys.js'
import { KEYS, QUERY, ROLLER_WEBHOOK_SECRET, signedByNango, WEBHOOK_BODY } from './canaries.ts'

/** The existing connections; the limited caller has the first two. */
export const CONNECTIONS = Array.from({ length: 64 }, (_, index) => `venue-${index}`)
export const LIMITED_TO = CONNECTIONS.slice(0, 2)

/** A request as sent, except for the framing of its body. One byte in each character. */
export interface HostileRequest {
  readonly method: string
  readonly target: string
  readonly headers: readonly (readonly [name: string, value: string])[]
  readonly body: string
}

const pick = <T>(...values: readonly T[]): fc.Arbitrary<T> => fc.constantFrom(...values)
const bytes = fc.string({ unit: fc.integer({ min: 0, max: 255 }).map((code) => String.fromCharCode(code)), maxLength: 24 })
/** Any text of a request line. */
const visible = fc.string(
  {
    unit: fc.oneof(
      { weight: 60, arbitrary: fc.integer({ min: 0x21, max: 0x7e }) }, { weight: 1, arbitrary: fc.integer({ min: 0x80, max: 0xff }) }
    ).map((code) => String.fromCharCode(code)),
    maxLength: 24
  }
)
/** Any value of a header. */
const fieldText = fc.string(
  {
    unit: fc.oneof(
      { weight: 30, arbitrary: fc.integer({ min: 0x20, max: 0x7e }) }, { weight: 3, arbitrary: fc.integer({ min: 0x80, max: 0xff }) },
      { weight: 1, arbitrary: fc.constant(9) }
    ).map((code) => String.fromCharCode(code)),
    maxLength: 40
  }
)

const encodedTwice = (text: string): string => text.replace(/[^/]/g, (one) => `%25${one.charCodeAt(0).toString(16).padStart(2, '0')}`)
const encoded = (text: string): string => text.replace(/[^/]/g, (one) => `%${one.charCodeAt(0).toString(16).padStart(2, '0')}`)

const segment = fc.oneof(
  pick(
    '..', '.', '', '%2e%2e', '%2E.', '%252e%252e', '%25252e', '..;', '..%3b/', ';', '..%2f', '%2f', '%2f%2f', '%5c', '\\', '..\\',
    '%c0%ae%c0%ae', '%c0%af', '%e0%80%af', '%u002e', '%00', '%0d%0a', '%0a', '%09', '%20', '%'
  ),
  pick(
    'token', 'TOKEN', '%74oken', 'token%00', 'token;x', 'token.', '%2ftoken', 'oauth', 'proxy', 'connections', 'connect', 'sessions',
    'integrations', 'roller', 'webhooks', 'metrics'
  ),
  pick(
    '${client_secret}', '${token}', '$%7Bclient_secret}', '%24{token}', '||', '|', '{', '}', '${connection_config.x}', 'connectionConfig',
    '@evil.example', 'evil.example:80', 'http:', '//evil.example', '#', '?', '&', '~', ':', '__proto__', 'constructor'
  ),
  pick('X%2Fform-responses', 'X%252Fcancel', 'data;a', '%2564ata', 'Data', 'data%20', '%ef%bc%8f', '%ef%bc%8e%ef%bc%8e', '%3f', '%23',
    '%253f', '%c5%bf'),
  pick(
    'bookings', 'products', 'venues', 'me', 'guests', 'data', 'waivers', '1', '-1', '99999999999999999999', 'search', 'draft', 'discounts',
    'giftcards'
  ),
  visible
)
const template = pick(
  '/venues/me', '/bookings', '/bookings/1', '/products', '/products/1', '/guests/1', '/discounts/x', '/data/bookingitems',
  '/data/revenueentries', '/data/waivers', '/webhooks', '/api/v2/new-thing', '/capacity', '/staff', '/token', '/x/y/z'
)
const rollerPath = fc.oneof(
  { weight: 10, arbitrary: template },
  {
    weight: 2,
    arbitrary: fc.tuple(template, fc.array(segment, { minLength: 1, maxLength: 4 })).map(([path, more]) => `${path}/${more.join('/')}`)
  },
  { weight: 3, arbitrary: fc.array(segment, { minLength: 1, maxLength: 6 }).map((segments) => `/${segments.join('/')}`) },
  { weight: 1, arbitrary: template.map(encoded) },
  { weight: 1, arbitrary: fc.array(segment, { minLength: 1, maxLength: 3 }).map((segments) => encodedTwice(`/${segments.join('/')}`)) },
  {
    weight: 1,
    arbitrary: fc.tuple(segment, fc.integer({ min: 1, max: 1_500 })).map(([one, times]) => `/${one.repeat(times).slice(0, 9_000)}`)
  }
)
const query = fc.oneof(
  { weight: 3, arbitrary: fc.constant('') },
  fc.constant(`?keywords=${QUERY}`),
  fc.array(
    fc.tuple(
      pick(
        'keywords', 'startDate', 'endDate', 'pageNumber', 'tags[a]', '__proto__', 'constructor', 'limit', 'page', 'search', 'venue', 'a%5b',
        ''
      ),
      fc.oneof(segment, pick('2026-01-01', '1e999', '-0', 'NaN', QUERY))
    )
  ).map((pairs) => `?${pairs.map(([name, value]) => `${name}=${value}`).join('&')}`),
  visible.map((text) => `?${text}`),
  fc.array(segment, { maxLength: 5 }).map((segments) => `?${segments.join('?')}`)
)

const id = fc.oneof(
  pick('gone-1', 'gone-2', '..', '%2e%2e', '%2f', '%00', 'venue-0%2f..', '${token}', 'a'.repeat(300), '%', '%zz', '__proto__'), segment
)
const known = pick(...CONNECTIONS)

/** Never deletes a connection that the other calls use. */
const own: fc.Arbitrary<{ method: string, target: string }> = fc.oneof(
  fc.record(
    {
      method: pick('GET', 'HEAD', 'OPTIONS', 'TRACE', 'POST'),
      target: fc.tuple(
        pick(
          '/health', '/ready', '/metrics', '/docs', '/docs/', '/docs/static/index.css', '/docs/static/', '/connect', '/connect/', '/',
          '/favicon.ico'
        ),
        query
      ).map((parts) => parts.join(''))
    }
  ),
  fc.record({ method: pick('GET', 'POST', 'HEAD', 'HEAD', 'HEAD'), target: pick('/docs/json', '/docs/yaml', '/openapi.json') }),
  fc.record(
    {
      method: fc.constant('GET'),
      target: fc.tuple(
        pick('/docs/static', '/docs', '/connect'), fc.array(segment, { maxLength: 4 })
      ).map(([base, segments]) => `${base}/${segments.join('/')}`)
    }
  ),
  fc.record(
    {
      method: pick('GET', 'POST', 'PUT', 'PATCH'),
      target: fc.tuple(
        pick('/connections', '/connect-session', '/connect-session/reconnect', '/connect/session'), query
      ).map((parts) => parts.join(''))
    }
  ),
  fc.record(
    {
      method: fc.constant('GET'),
      target: fc.tuple(
        known, pick('', '/rate-limits', '/check', '/webhooks', '/nothing')
      ).map(([connection, part]) => `/connections/${connection}${part}`)
    }
  ),
  fc.record(
    {
      method: pick('GET', 'POST', 'PATCH', 'DELETE', 'PUT'),
      target: fc.tuple(
        id, pick('', '/rate-limits', '/check', '/webhooks', '/confirm-venue'), query
      ).map(([connection, part, rest]) => `/connections/${connection}${part}${rest}`)
    }
  )
)

const json: fc.Arbitrary<string> = fc.oneof(
  fc.json({ maxDepth: 4 }),
  fc.dictionary(
    pick(
      'items', 'customer', 'name', 'clientId', 'clientSecret', 'tags', 'metadata', 'connectionId', 'connectionConfig', 'webhookUrlOverride',
      'venueId', 'webhooks', 'startDate', 'amount', '__proto__', 'constructor'
    ),
    fc.jsonValue({ maxDepth: 2 })
  ).map((value) => JSON.stringify(value)),
  pick(
    '{"__proto__":{"admin":true}}', '{"constructor":{"prototype":{"x":1}}}', '{"clientId":"fuzz","clientSecret":"wrong"}',
    '{"connectionId":"venue-0"}', '{"tags":{"organization_id":"${token}"}}', '{"webhookUrlOverride":"http://169.254.169.254/"}',
    `${'['.repeat(3_000)}${']'.repeat(3_000)}`, `{"a":${'9'.repeat(500)}}`, '\u00ef\u00bb\u00bf{}', '{"a":1,"a":2}', '"\\ud800"', '{', '',
    'null', '0'
  )
)
const body = fc.oneof(
  { weight: 4, arbitrary: json }, { weight: 1, arbitrary: bytes },
  { weight: 1, arbitrary: fc.integer({ min: 60_000, max: 400_000 }).map((length) => 'x'.repeat(length)) }
)

/** Values of headers that influence the gateway, Nango or ROLLER. */
const steering: fc.Arbitrary<readonly [string, string]> = fc.tuple(
  pick(
    'authorization', 'cookie', 'proxy-authorization', 'nango-proxy-authorization', 'nango-proxy-host', 'nango-proxy-x-evil',
    'Nango-Is-Dry-Run', 'base-url-override', 'provider-config-key', 'retries', 'retry-on', 'decompress', 'forward-headers-on-redirect',
    'x-forwarded-for', 'x-forwarded-host', 'x-forwarded-proto', 'forwarded', 'x-original-url', 'x-rewrite-url', 'x-http-method-override',
    'x-api-key', 'x-roller-apikey', 'x-nango-hmac-sha256', 'connection', 'te', 'keep-alive', 'trailer', 'upgrade', 'accept', 'content-type',
    'content-encoding', 'timezone-designators', 'user-agent', 'origin', 'referer', 'sec-fetch-site', 'if-none-match', 'if-match', 'range',
    'if-modified-since', 'cache-control', 'x-request-id', 'traceparent', 'tracestate', 'baggage', 'expect', 'roller-validation',
    'roller-answered-by', '__proto__', 'constructor', 'max-forwards', 'via', 'content-location', 'prefer'
  ),
  fc.oneof(
    fieldText,
    pick(
      '', ' ', '*', 'keep-alive, accept-language', 'close', 'websocket', 'h2c', 'gzip, br', '${client_secret}', 'http://evil.example',
      '127.0.0.1', 'bytes=0-', 'bytes=9999999-', 'off', 'no-cache', '100-continue', '200-ok',
      '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01', 'application/json', 'application/json; charset=utf-16',
      'multipart/form-data', 'text/plain', 'x'.repeat(4_000)
    )
  )
)
const maxWait: fc.Arbitrary<readonly [string, string]> = fc.tuple(
  fc.constant('roller-max-wait'), pick('0', '-1', '0.5', 'NaN', '', '0x10', '1e-3', '0, 0', '\u00b2')
)
const addressing: fc.Arbitrary<readonly (readonly [string, string])[]> = fc.oneof(
  { weight: 16, arbitrary: known.map((connection) => [['connection-id', connection] as const]) },
  { weight: 1, arbitrary: fc.constant([]) },
  {
    weight: 2,
    arbitrary: fc.oneof(
      fieldText, pick('..', '.', '../integrations', 'venue-0/..', 'venue-0?x=', 'venue-0#', '${token}', 'venue-0,venue-1', 'a'.repeat(256))
    ).map((value) => [['connection-id', value] as const])
  },
  {
    weight: 1, arbitrary: fc.tuple(known, known).map(([one, other]) => [['connection-id', one] as const, ['Connection-Id', other] as const])
  },
  { weight: 1, arbitrary: fc.oneof(fieldText, pick('0', '-1', '1e3', '*')).map((value) => [['roller-venue', value] as const]) }
)
const credentials: fc.Arbitrary<readonly (readonly [string, string])[]> = fc.oneof(
  { weight: 20, arbitrary: pick(...Object.values(KEYS)).map((key) => [['authorization', `Bearer ${key}`] as const]) },
  { weight: 1, arbitrary: fc.constant([]) },
  {
    weight: 1,
    arbitrary: fc.oneof(
      fieldText,
      pick(
        'Bearer', 'Bearer ', 'Basic Og==', `Bearer ${KEYS.all}x`, `Bearer ${KEYS.all} ${KEYS.all}`, 'Bearer eyJhbGciOiJub25lIn0.e30.x',
        `bearer  ${KEYS.reader}`
      )
    ).map((value) => [['authorization', value] as const])
  }
)

const webhooks: fc.Arbitrary<HostileRequest> = fc.oneof(
  fc.tuple(
    fc.oneof(
      json,
      fc.record(
        {
          from: fc.constant('nango'),
          type: pick('auth', 'sync', '__proto__'),
          operation: pick('creation', 'override', 'refresh', 'deletion', 'x'),
          success: fc.boolean(),
          connectionId: pick('gone-1', '../x', '', 'venue-5'),
          providerConfigKey: pick('roller', 'other'),
          extra: fc.constant(WEBHOOK_BODY)
        }
      ).map(
        (value) => JSON.stringify(value.connectionId === 'venue-5' && value.operation === 'deletion' ? { ...value, operation: 'x' } : value)
      )
    ),
    fc.boolean()
  ).map(([text, signed]): HostileRequest => ({
    method: 'POST',
    target: '/webhooks/nango',
    headers: [['content-type', 'application/json'], ...(signed ? [['x-nango-hmac-sha256', signedByNango(text)] as const] : [])],
    body: text
  })),
  fc.tuple(
    fc.oneof(
      json,
      fc.record(
        {
          id: fc.uuid(),
          type: pick('Booking', 'BulkExport', 'New', '__proto__', ''),
          eventType: pick('Created', 'Gone', ''),
          data: fc.oneof(fc.constant({ note: WEBHOOK_BODY }), fc.constant(null), fc.constant([]))
        }
      ).map((value) => JSON.stringify(value))
    ),
    known, fc.boolean(), pick('POST', 'POST', 'POST', 'GET', 'PUT', 'DELETE'), fc.oneof({ weight: 5, arbitrary: fc.constant('') }, segment)
  ).map(([text, connection, right, method, more]): HostileRequest => ({
    method,
    target: `/webhooks/roller/${connection}${more}`,
    headers: [['content-type', 'application/json'], ['x-roller-apikey', right ? webhookKey(ROLLER_WEBHOOK_SECRET, connection) : 'wrong']],
    body: text
  }))
)

const bodyless = ['GET', 'HEAD', 'OPTIONS', 'TRACE']
const calls: fc.Arbitrary<HostileRequest> = fc.record({
  line: fc.oneof(
    {
      weight: 6,
      arbitrary: fc.record(
        {
          method: pick('GET', 'GET', 'GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'HEAD', 'OPTIONS', 'PROPFIND', 'TRACE'),
          target: fc.tuple(rollerPath, query).map(([path, rest]) => `/roller${path}${rest}`)
        }
      )
    },
    { weight: 3, arbitrary: own },
    {
      weight: 1, arbitrary: fc.record({ method: pick('GET', 'POST'), target: fc.oneof(rollerPath, visible.filter((text) => text !== '')) })
    }
  ),
  credentials,
  addressing,
  more: fc.array(fc.oneof({ weight: 5, arbitrary: steering }, { weight: 1, arbitrary: maxWait }), { maxLength: 3 }),
  type: pick('application/json', 'application/json', 'application/json; charset=utf-8', 'text/plain', 'application/octet-stream', ''),
  body
}).map(({ line, credentials, addressing, more, type, body }): HostileRequest => {
  const carries = !bodyless.includes(line.method)
  return {
    ...line,
    headers: [...credentials, ...addressing, ...more, ...(carries && type !== '' ? [['content-type', type] as const] : [])],
    body: carries ? body : ''
  }
})

export const hostileRequest: fc.Arbitrary<HostileRequest> = fc.oneof({ weight: 9, arbitrary: calls }, { weight: 1, arbitrary: webhooks })
