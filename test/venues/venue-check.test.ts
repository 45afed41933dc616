/** The check of a connection's venue around a call whose connection changes while it waits or is sent. */
import { Readable } from 'node:stream'
import { test } from '../support/tap.ts'
import { asVerified } from '../support/build.ts'
import { RollerError } from '#plugin/errors.js'
import { RollerCall, sanitizeCall, type CallRequest } from '#plugin/gateway/call.js'
import type { UpstreamResponse } from '#plugin/gateway/upstream-response.js'
import { ClientIds } from '#plugin/nango/entry.js'
import { readState, type ConnectionState } from '#plugin/nango/connection-state.js'
import { ConnectionIndex } from '#plugin/venues/connection-index.js'
import { VenueCheck } from '#plugin/venues/venue-check.js'
import { ManualClock } from '../support/manual-clock.ts'

const clientIds = new ClientIds('key', 'roller')
const venue = { id: '49814', environment: 'live', name: 'Park', timeZone: 'UTC', currency: 'AUD', locale: 'en' } as const
const response = {} as UpstreamResponse // only passed on

/** @param client its Client ID */
function stateOf (client: string, asOf: number): ConnectionState {
  const { tags, metadata } = asVerified(venue)
  const verified = { entry: tags['roller_entry'], client: clientIds.hash(client) }
  return readState({ clientIds }, { connection_id: 'venue', tags, metadata: { ...metadata, roller_verified: verified } }, asOf)
}

/** @param send what the pipeline does, once for each time it gets the call */
function start (...send: ((call: RollerCall) => Promise<UpstreamResponse>)[]) {
  const clock = new ManualClock()
  let client = 'one'
  let reads = 0
  const read = async (): Promise<ConnectionState> => { reads++; return stateOf(client, clock.now()) }
  const index = new ConnectionIndex({
    connections: { get: read, list: async () => ({ states: [], nextPage: null }) }, environment: 'live', clock
  })
  const waits: number[] = []
  const check = new VenueCheck({
    next: {
      transport: 'nango',
      send: async (call) => {
        waits.push(call.maxWaitMs)
        const next = send.shift()
        if (next === undefined) throw new Error('sent too often')
        return await next(call)
      }
    },
    index,
    environment: 'live',
    verify: async () => { throw new RollerError('ROLLER_ERR_VENUE_UNVERIFIED') },
    holdsToken: () => false,
    refreshNews: async () => {},
    clock
  })
  const request: CallRequest = {
    method: 'GET', target: '/products', connectionId: 'venue', headers: {}, body: null, operation: null, maxWaitMs: 10_000
  }
  return {
    clock,
    waits,
    reads: () => reads,
    enter: (other: string) => { client = other },
    send: async (more: Partial<CallRequest> = {}) =>
      await check.send(sanitizeCall({ ...request, ...more }, { validate: false, maxWaitMs: 0 }))
  }
}

const tokenOfOthers = async (): Promise<never> => { throw new RollerError('ROLLER_ERR_VENUE_UNVERIFIED') }

test('a call that has waited counts against the limits of the current credentials', async (t) => {
  const setup = start(async (call) => {
    setup.enter('two')
    setup.clock.advance(6_000)
    await call.verify?.(call, true)
    return response
  }, async ({ credential }) => {
    t.equal(credential, `client:${clientIds.hash('two')}`)
    return response
  })
  await setup.send()
  t.same(setup.waits, [10_000, 4_000])
})

test('reads the connection of a call again that has waited, if its state is older than five seconds', async (t) => {
  for (const [waited, reads] of [[4_000, 1], [5_000, 2]] as const) {
    const setup = start(async (call) => {
      setup.clock.advance(waited)
      await call.verify?.(call, true)
      return response
    })
    await setup.send()
    t.equal(setup.reads(), reads)
  }
})

test('sends a call again whose token belongs to other credentials: once, for the rest of its wait, and admitted again', async (t) => {
  let admitted = 0
  const setup = start(async () => { setup.clock.advance(4_000); return await tokenOfOthers() }, async () => response)
  t.equal(await setup.send({ admit: () => { admitted++ } }), response)
  t.same(setup.waits, [10_000, 6_000])
  t.equal(setup.reads(), 2)
  t.equal(admitted, 1)

  const never = start(tokenOfOthers, tokenOfOthers)
  await t.rejects(never.send(), { code: 'ROLLER_ERR_VENUE_UNVERIFIED' })
})

test('does not send a streamed body again', async (t) => {
  const { send } = start(tokenOfOthers)
  await t.rejects(
    send({ method: 'POST', body: { kind: 'stream', stream: Readable.from([]), length: null } }), { code: 'ROLLER_ERR_VENUE_UNVERIFIED' }
  )
})

test('reads a connection again that Nango did not have for a call', async (t) => {
  const { reads, send } = start(async () => { throw new RollerError('ROLLER_ERR_CONNECTION_UNKNOWN') }, async () => response)
  await t.rejects(send(), { code: 'ROLLER_ERR_CONNECTION_UNKNOWN' })
  t.equal(await send(), response)
  t.equal(reads(), 2)
})
