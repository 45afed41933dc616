import t from '../support/tap.ts'

import { MemoryConfirmationStore } from '#plugin/mcp/confirmation-store.js'
import { asVerified, callsAtRoller } from '../support/build.ts'
import { ManualClock } from '../support/manual-clock.ts'
import { ACCEPT, BOOKING, callTool, startMcp } from './fixture.ts'

const GIFT_CARD = { operation: 'DELETE /bookings/{uniqueId}', path: { uniqueId: 'b-1' } }
const NOT_CONFIRMED = { isError: true, data: { code: 'ROLLER_ERR_NOT_CONFIRMED', status: 403 } }

function writesOf (mcp: Parameters<typeof callsAtRoller>[0]): number {
  return callsAtRoller(mcp).filter(({ method }) => method === 'DELETE').length
}

t.test('nothing is sent when the person declines, dismisses the question or does not tick the box', async (t) => {
  const mcp = await startMcp(t)
  for (const response of [
    { action: 'decline' }, { action: 'decline', content: { confirm: true } }, { action: 'cancel' },
    { action: 'accept', content: { confirm: false } }
  ] as const) {
    const client = await mcp.connect({
      person: (_message, form) => {
        t.match(form, { requestedSchema: { properties: { confirm: { default: false } }, required: ['confirm'] } })
        return response
      }
    })
    t.match(await callTool(client, 'write_roller', GIFT_CARD), NOT_CONFIRMED, response.action)
  }
  t.equal(writesOf(mcp), 0)
})

t.test('a client that cannot ask a person gets an error that states it, and sends other writes', async (t) => {
  const mcp = await startMcp(t)
  for (const options of [{}, { legacy: true }, { legacy: true, person: () => ACCEPT }]) {
    const client = await mcp.connect(options)
    const rejected = await callTool(client, 'write_roller', GIFT_CARD)
    t.match(rejected, NOT_CONFIRMED)
    t.match(rejected.data.detail, /cannot ask a person/)
    const hold = { operation: 'DELETE /capacity-reservation/{uniqueId}', path: { uniqueId: 'c-1' } }
    t.not((await callTool(client, 'write_roller', hold)).data.code, 'ROLLER_ERR_NOT_CONFIRMED')
  }
  t.equal(writesOf(mcp), 3, 'the holds alone')
})

t.test('with confirm: never the operation is sent like all others', async (t) => {
  const mcp = await startMcp(t, {}, { confirm: 'never' })
  await callTool(await mcp.connect(), 'write_roller', GIFT_CARD)
  t.equal(writesOf(mcp), 1)
})

t.test('a confirmation counts once, for its arguments, its caller and five minutes', async (t) => {
  const mcp = await startMcp(t)
  const sent: Request[] = []
  const client = await mcp.connect({
    headers: { authorization: 'Bearer caller-one' }, person: () => ACCEPT, record: (request) => { sent.push(request) }
  })
  const venue = String(mcp.roller.venue('demo').id)
  const other = { id: '777', environment: 'live', name: 'Other Park', timeZone: null, currency: null, locale: null } as const
  mcp.nango.addConnection({ connectionId: 'other', clientId: 'other', clientSecret: 's', ...asVerified(other) })
  await callTool(client, 'write_roller', { ...GIFT_CARD, venue })
  t.equal(writesOf(mcp), 1)
  const confirmed = sent.at(-1) as Request
  const headers = Object.fromEntries(confirmed.headers)
  const body = await confirmed.text()
  const repeat = async (changed: { body?: string, headers?: Record<string, string> } = {}): Promise<string> => {
    const response = await fetch(mcp.url, { method: 'POST', headers: { ...headers, ...changed.headers }, body: changed.body ?? body })
    return await response.text()
  }
  t.match(await repeat(), /ROLLER_ERR_NOT_CONFIRMED.*used before/)
  t.match(await repeat({ body: body.replace('b-1', 'b-2') }), /ROLLER_ERR_NOT_CONFIRMED.*other arguments/)
  t.match(await repeat({ body: body.replace(`"venue":"${venue}"`, '"venue":"777"') }), /ROLLER_ERR_NOT_CONFIRMED.*other arguments/)
  t.match(await repeat({ headers: { authorization: 'Bearer caller-two' } }), /Invalid or expired requestState/)
  t.match(await repeat({ headers: { cookie: 'session=two' } }), /Invalid or expired requestState/)
  t.match(await repeat({ body: body.replace('requestState":"v1.', 'requestState":"v1.x') }), /Invalid or expired requestState/)
  const { now } = Date
  t.teardown(() => { Date.now = now })
  Date.now = () => now() + 301_000
  t.match(await repeat(), /Invalid or expired requestState/)
  t.equal(writesOf(mcp), 1, 'sent once')
})

t.test('the question has each field on one line, 30 at most, and reads for it only what the caller may read', async (t) => {
  const mcp = await startMcp(t, { options: { authorize: (_request, { operation }) => operation !== 'GET /bookings/{uniqueId}' } })
  const questions: string[] = []
  const client = await mcp.connect({ person: (message) => { questions.push(message); return { action: 'decline' } } })
  const items = Array.from({ length: 20 }, () => BOOKING.items[0])
  const body = { ...BOOKING, externalId: 'A\nTotal: 0.00\u2028Total: 0.00', comments: 'x'.repeat(300), items }
  await callTool(client, 'write_roller', { operation: 'POST /bookings', body })
  await callTool(client, 'write_roller', GIFT_CARD)
  const lines = questions[0]?.split(/[\n\u2028]/) ?? []
  t.equal(lines.length, 31)
  t.equal(lines[1], 'externalId: A Total: 0.00 Total: 0.00')
  t.match(lines.at(-2), /^… and 58 more fields$/)
  t.match(lines.at(-1), /^Total: /)
  t.match(questions[1], 'Booking: b-1 (ROLLER did not return it)')
  t.same(callsAtRoller(mcp).filter(({ url }) => url.includes('b-1')), [])
})

t.test('a confirmation stays used in memory as long as it is valid', (t) => {
  const clock = new ManualClock()
  const store = new MemoryConfirmationStore(clock)
  t.equal(store.use('one'), true)
  for (let minute = 0; minute < 5; minute++) {
    t.equal(store.use('one'), false)
    clock.advance(60_000)
  }
  t.equal(store.use('two'), true)
  t.end()
})
