/** Failures and their effect on the caller. `npm run test:faults` proves every row; docs/operating.md shows them. */
import type { World } from './world.ts'

export type TransportName = 'nango' | 'direct'
/** Status and code of the response; ROLLER's own status alone; or `cut`, a body that is visibly truncated. */
export type Seen = string

export interface Row {
  readonly who: 'ROLLER' | 'Nango' | 'the network' | 'Redis' | 'the caller' | 'the machine'
  readonly how: string
  readonly call: 'GET' | 'POST' | 'large GET'
  readonly arrange: (world: World) => void | Promise<void>
  /** Ends the fault, if it does not end by itself. */
  readonly repair?: (world: World) => void | Promise<void>
  readonly seen: Readonly<Record<TransportName, Seen>> | Seen
  /** Maximum number of calls that reach ROLLER. Never more than one for a POST. */
  readonly arrived?: number
  readonly only?: TransportName
}

const BOOKINGS = /^\/bookings/
const PRODUCTS = /^\/products/
const GUARDED = { path: PRODUCTS } as const

const CREATED = '201'

/** With transport nango: its proxy. With transport direct: the source of the token. */
const atNango = (world: World): RegExp => world.transport === 'nango' ? /^\/proxy/ : /^\/connections\//

const roller: Row[] = [
  {
    who: 'ROLLER',
    how: 'refuses connections',
    call: 'GET',
    arrange: (world) => world.closeRoller(),
    repair: (world) => world.openRoller(),
    seen: '502 ROLLER_ERR_UNREACHABLE'
  },
  {
    who: 'ROLLER',
    how: 'refuses connections',
    call: 'POST',
    arrange: (world) => world.closeRoller(),
    repair: (world) => world.openRoller(),
    seen: '502 ROLLER_ERR_UNREACHABLE',
    arrived: 0
  },
  {
    who: 'ROLLER',
    how: 'resets the connection once, before the head',
    call: 'GET',
    arrange: ({ roller }) => roller.faults.next({ ...GUARDED, kind: 'reset' }),
    seen: '200'
  },
  {
    who: 'ROLLER',
    how: 'always resets the connection before the head',
    call: 'GET',
    arrange: ({ roller }) => roller.faults.always({ ...GUARDED, kind: 'reset' }),
    seen: '502 ROLLER_ERR_UNREACHABLE',
    arrived: 3
  },
  {
    who: 'ROLLER',
    how: 'resets the connection before the head',
    call: 'POST',
    arrange: ({ roller }) => roller.faults.next({ path: BOOKINGS, kind: 'reset' }),
    seen: '502 ROLLER_ERR_UNREACHABLE',
    arrived: 1
  },
  {
    who: 'ROLLER',
    how: 'resets the connection after it has executed the call',
    call: 'POST',
    arrange: ({ roller }) => roller.faults.next({ path: BOOKINGS, kind: 'reset-after-work' }),
    seen: '502 ROLLER_ERR_UNREACHABLE',
    arrived: 1
  },
  {
    who: 'ROLLER',
    how: 'resets the connection once, after the head',
    call: 'GET',
    arrange: ({ roller }) => roller.faults.next({ ...GUARDED, kind: 'reset-after-headers' }),
    seen: '200'
  },
  {
    who: 'ROLLER',
    how: 'resets the connection after the head',
    call: 'POST',
    arrange: ({ roller }) => roller.faults.next({ path: BOOKINGS, kind: 'reset-after-headers' }),
    seen: '502 ROLLER_ERR_UNREACHABLE',
    arrived: 1
  },
  {
    who: 'ROLLER',
    how: 'truncates the body once',
    call: 'GET',
    arrange: ({ roller }) => roller.faults.next({ ...GUARDED, kind: 'cut' }),
    seen: '200'
  },
  {
    who: 'ROLLER',
    how: 'truncates the body',
    call: 'POST',
    arrange: ({ roller }) => roller.faults.next({ path: BOOKINGS, kind: 'cut' }),
    seen: '502 ROLLER_ERR_UNREACHABLE',
    arrived: 1
  },
  { who: 'ROLLER', how: 'truncates a large body', call: 'large GET', arrange: (world) => world.cutLarge(), seen: 'cut' },
  {
    who: 'ROLLER',
    how: 'sends invalid HTTP once',
    call: 'GET',
    arrange: ({ roller }) => roller.faults.next({ ...GUARDED, kind: 'garbage' }),
    seen: '200'
  },
  {
    who: 'ROLLER',
    how: 'never responds',
    call: 'GET',
    arrange: ({ roller }) => roller.faults.always({ ...GUARDED, kind: 'hang' }),
    seen: '504 ROLLER_ERR_TIMEOUT'
  },
  {
    who: 'ROLLER',
    how: 'never responds',
    call: 'POST',
    arrange: ({ roller }) => roller.faults.always({ path: BOOKINGS, kind: 'hang' }),
    seen: '504 ROLLER_ERR_TIMEOUT',
    arrived: 1
  },
  {
    who: 'ROLLER',
    how: 'sends the first byte late',
    call: 'GET',
    arrange: ({ roller }) => roller.faults.next({ ...GUARDED, kind: 'slow', ms: 100 }),
    seen: '200'
  },
  {
    who: 'ROLLER',
    how: 'sends the body slowly',
    call: 'GET',
    arrange: ({ roller }) => roller.faults.always({ ...GUARDED, kind: 'trickle', ms: 900 }),
    seen: '504 ROLLER_ERR_TIMEOUT'
  },
  {
    who: 'ROLLER',
    how: 'sends 100 KB of headers',
    call: 'GET',
    arrange: ({ roller }) => roller.faults.always(
      { ...GUARDED, kind: 'status', status: 200, headers: { 'x-long': 'x'.repeat(100_000) }, body: {} }
    ),
    seen: '502 ROLLER_ERR_UNREACHABLE'
  },
  {
    who: 'ROLLER',
    how: 'returns 200 with a page of HTML',
    call: 'GET',
    arrange: ({ roller }) => roller.faults.next(
      { ...GUARDED, kind: 'status', status: 200, headers: { 'content-type': 'text/html' }, body: '<html></html>' }
    ),
    seen: { nango: '200', direct: '200' }
  },
  {
    who: 'ROLLER',
    how: 'returns 400',
    call: 'POST',
    arrange: ({ roller }) => roller.faults.next({ path: BOOKINGS, kind: 'status', status: 400, body: { message: 'no' } }),
    seen: '400',
    arrived: 1
  },
  {
    who: 'ROLLER',
    how: 'returns 401 once: the token was revoked',
    call: 'GET',
    arrange: async (world) => { await world.warm(); world.roller.revokeTokens() },
    seen: '200'
  },
  {
    who: 'ROLLER',
    how: 'returns 401 once: the token was revoked',
    call: 'POST',
    arrange: async (world) => { await world.warm(); world.roller.revokeTokens() },
    seen: CREATED,
    arrived: 2
  },
  {
    who: 'ROLLER',
    how: 'always returns 401: the API key was revoked',
    call: 'GET',
    arrange: async (world) => { await world.warm(); world.roller.rejectCredentials('demo'); world.roller.revokeTokens() },
    repair: async (world) => { world.roller.rejectCredentials('demo', false); await world.passBackoff() },
    seen: '424 ROLLER_ERR_CREDENTIALS_REJECTED'
  },
  {
    who: 'ROLLER',
    how: 'returns 403',
    call: 'GET',
    arrange: ({ roller }) => roller.faults.next({ ...GUARDED, kind: 'status', status: 403, body: { message: 'no' } }),
    seen: '403 ROLLER_ERR_ACCESS_DENIED'
  },
  {
    who: 'ROLLER',
    how: 'returns 404',
    call: 'GET',
    arrange: ({ roller }) => roller.faults.next({ ...GUARDED, kind: 'status', status: 404, body: { message: 'no' } }),
    seen: '404'
  },
  {
    who: 'ROLLER',
    how: 'returns 409',
    call: 'POST',
    arrange: ({ roller }) => roller.faults.next({ path: BOOKINGS, kind: 'status', status: 409, body: { message: 'no' } }),
    seen: '409',
    arrived: 1
  },
  {
    who: 'ROLLER',
    how: 'returns 429 with Retry-After',
    call: 'GET',
    arrange: ({ roller }) => roller.faults.next(
      { ...GUARDED, kind: 'status', status: 429, headers: { 'retry-after': '60' }, body: { message: 'no' } }
    ),
    repair: (world) => world.pass(61_000),
    seen: '429 ROLLER_ERR_COOLING_OFF',
    arrived: 1
  },
  {
    who: 'ROLLER',
    how: 'returns 429 without Retry-After',
    call: 'POST',
    arrange: ({ roller }) => roller.faults.next({ path: BOOKINGS, kind: 'status', status: 429, body: { message: 'no' } }),
    repair: (world) => world.pass(61_000),
    seen: '429 ROLLER_ERR_COOLING_OFF',
    arrived: 1
  },
  {
    who: 'ROLLER',
    how: 'returns 500',
    call: 'GET',
    arrange: ({ roller }) => roller.faults.next({ ...GUARDED, kind: 'status', status: 500, body: { message: 'no' } }),
    seen: '500',
    arrived: 1
  },
  {
    who: 'ROLLER',
    how: 'returns 502 once',
    call: 'GET',
    arrange: ({ roller }) => roller.faults.next({ ...GUARDED, kind: 'status', status: 502, body: { message: 'no' } }),
    seen: '200'
  },
  {
    who: 'ROLLER',
    how: 'always returns 503',
    call: 'GET',
    arrange: ({ roller }) => roller.faults.always({ ...GUARDED, kind: 'status', status: 503, body: { message: 'no' } }),
    seen: '503',
    arrived: 3
  },
  {
    who: 'ROLLER',
    how: 'returns 503',
    call: 'POST',
    arrange: ({ roller }) => roller.faults.next({ path: BOOKINGS, kind: 'status', status: 503, body: { message: 'no' } }),
    seen: '503',
    arrived: 1
  },
  {
    who: 'ROLLER',
    how: 'returns 504 once',
    call: 'GET',
    arrange: ({ roller }) => roller.faults.next({ ...GUARDED, kind: 'status', status: 504, body: { message: 'no' } }),
    seen: '200'
  }
]

const canned = (status: number, code: string) => ({ kind: 'status', status, body: { error: { code, message: 'no' } } }) as const

const nango: Row[] = [
  {
    who: 'Nango',
    how: 'refuses connections',
    call: 'GET',
    arrange: (world) => world.closeNango(),
    repair: (world) => world.openNango(),
    seen: '502 ROLLER_ERR_UNREACHABLE'
  },
  {
    who: 'Nango',
    how: 'refuses connections',
    call: 'POST',
    arrange: (world) => world.closeNango(),
    repair: (world) => world.openNango(),
    seen: '502 ROLLER_ERR_UNREACHABLE',
    arrived: 0
  },
  {
    who: 'Nango',
    how: 'resets the connection once, before the head',
    call: 'GET',
    arrange: (world) => world.nango.faults.next({ path: atNango(world), kind: 'reset' }),
    seen: '200'
  },
  {
    who: 'Nango',
    how: 'resets the connection before the head',
    call: 'POST',
    arrange: (world) => world.nango.faults.next({ path: atNango(world), kind: 'reset' }),
    seen: { nango: '502 ROLLER_ERR_UNREACHABLE', direct: '201' },
    arrived: 1
  },
  {
    who: 'Nango',
    how: 'truncates the body once',
    call: 'GET',
    arrange: (world) => world.nango.faults.next({ path: atNango(world), kind: 'cut' }),
    seen: '200'
  },
  {
    who: 'Nango',
    how: 'sends invalid HTTP once',
    call: 'GET',
    arrange: (world) => world.nango.faults.next({ path: atNango(world), kind: 'garbage' }),
    seen: '200'
  },
  {
    who: 'Nango',
    how: 'never responds',
    call: 'GET',
    arrange: (world) => world.nango.faults.always({ path: atNango(world), kind: 'hang' }),
    seen: '504 ROLLER_ERR_TIMEOUT'
  },
  {
    who: 'Nango',
    how: 'sends the body slowly',
    call: 'GET',
    arrange: (world) => world.nango.faults.always({ path: atNango(world), kind: 'trickle', every: 900 }),
    seen: '504 ROLLER_ERR_TIMEOUT'
  },
  {
    who: 'Nango',
    how: 'is replaced by a page of HTML with 502',
    call: 'GET',
    arrange: (world) => world.nango.faults.always({ path: atNango(world), kind: 'html', status: 502 }),
    seen: '502 ROLLER_ERR_UNREACHABLE'
  },
  {
    who: 'Nango',
    how: 'is replaced by a page of HTML with 200',
    call: 'GET',
    arrange: (world) => world.nango.faults.always({ path: atNango(world), kind: 'html', status: 200 }),
    seen: '502 ROLLER_ERR_UNREACHABLE'
  },
  {
    who: 'Nango',
    how: 'returns 401: the secret key is unknown',
    call: 'GET',
    arrange: (world) => world.nango.faults.always({ path: atNango(world), ...canned(401, 'unknown_account') }),
    seen: '502 ROLLER_ERR_NANGO_REJECTED'
  },
  {
    who: 'Nango',
    how: 'returns 403: the secret key lacks a scope',
    call: 'GET',
    arrange: (world) => world.nango.faults.always({ path: atNango(world), ...canned(403, 'forbidden') }),
    seen: '502 ROLLER_ERR_NANGO_REJECTED'
  },
  {
    who: 'Nango',
    how: 'returns 404: the integration is unknown',
    call: 'GET',
    arrange: (world) => world.nango.faults.always({ path: atNango(world), ...canned(404, 'unknown_provider_config') }),
    seen: '502 ROLLER_ERR_NANGO_REJECTED'
  },
  {
    who: 'Nango',
    how: 'returns 424: a token refresh just failed',
    call: 'GET',
    arrange: (world) => world.nango.faults.always({ path: atNango(world), ...canned(424, 'connection_refresh_backoff') }),
    seen: '424 ROLLER_ERR_CREDENTIALS_REJECTED'
  },
  {
    who: 'Nango',
    how: 'returns 429: the account limit',
    call: 'GET',
    arrange: (world) => world.nango.faults.next(
      { path: atNango(world), ...canned(429, 'too_many_request'), headers: { 'retry-after': '30' } }
    ),
    repair: (world) => world.pass(31_000),
    seen: '503 ROLLER_ERR_NANGO_LIMIT',
    arrived: 0
  },
  {
    who: 'Nango',
    how: 'returns 429: the account limit',
    call: 'POST',
    arrange: (world) => world.nango.faults.next(
      { path: atNango(world), ...canned(429, 'too_many_request'), headers: { 'retry-after': '30' } }
    ),
    repair: (world) => world.pass(31_000),
    seen: '503 ROLLER_ERR_NANGO_LIMIT',
    arrived: 0
  },
  {
    who: 'Nango',
    how: 'returns 500',
    call: 'GET',
    arrange: (world) => world.nango.faults.always({ path: atNango(world), ...canned(500, 'generic_error_support') }),
    seen: '502 ROLLER_ERR_UNREACHABLE'
  },
  {
    who: 'Nango',
    how: 'has lost the connection',
    call: 'GET',
    arrange: (world) => world.loseConnection(),
    repair: (world) => world.restoreConnection(),
    seen: '404 ROLLER_ERR_CONNECTION_UNKNOWN'
  }
]

const around: Row[] = [
  {
    who: 'the network',
    how: 'cannot resolve the host name',
    call: 'GET',
    arrange: (world) => world.at('https://host.invalid'),
    seen: '502 ROLLER_ERR_UNREACHABLE'
  },
  {
    who: 'the network',
    how: 'connects to a server without TLS',
    call: 'GET',
    arrange: (world) => world.atPlainServer(),
    seen: '502 ROLLER_ERR_UNREACHABLE'
  },
  {
    who: 'Redis', how: 'is down, with onRedisDown share', call: 'GET', arrange: (world) => world.withDeadRedis('share'), seen: '200'
  },
  {
    who: 'Redis',
    how: 'is down, with onRedisDown reject',
    call: 'GET',
    arrange: (world) => world.withDeadRedis('reject'),
    seen: '429 ROLLER_ERR_RATE_LIMITED',
    arrived: 0
  },
  { who: 'Redis', how: 'never responds', call: 'GET', arrange: (world) => world.withSilentRedis(), seen: '200' },
  { who: 'the caller', how: 'disconnects before the response', call: 'GET', arrange: (world) => world.leaveEarly(), seen: 'left' },
  {
    who: 'the caller',
    how: 'stops sending in the middle of the body',
    call: 'POST',
    arrange: (world) => world.stopSending(),
    seen: 'left',
    arrived: 0
  },
  { who: 'the machine', how: 'has no disk space for the log', call: 'GET', arrange: (world) => world.fillDisk(), seen: '200' },
  { who: 'the machine', how: 'sets its clock a day ahead', call: 'GET', arrange: (world) => world.jump(86_400_000), seen: '200' },
  {
    who: 'the machine',
    how: 'sets its clock a day back',
    call: 'POST',
    arrange: (world) => world.jump(-86_400_000),
    seen: CREATED,
    arrived: 1
  }
]

export const rows: readonly Row[] = [...roller, ...nango, ...around]
