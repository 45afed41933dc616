/** Calls, events and polls that fail in every way: no guest data, no body, no path or query of a caller and no connection id is logged. */
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import tap, { test } from '../support/tap.ts'
import { webhookKey } from '#plugin/webhooks/keys.js'
import { SECRET_KEY, startSimulators } from '../support/build.ts'
import { message } from '../webhooks/fixture.ts'
import { KEY, startProcess, until } from './fixture.ts'

tap.setTimeout(300_000) // starting a process is slow on a busy machine

const CANARY = 'canary-5b0d'
const CONNECTION = `${CANARY}-connection`
const SECRET = 'secret-of-the-webhooks-now'
const GUEST = { guest: CANARY, email: `${CANARY}@example.com`, error: { code: CANARY, message: CANARY } }

for (const transport of ['nango', 'direct'] as const) {
  test(`logs no secret with transport ${transport}`, async (t) => {
    const { nango, roller } = await startSimulators(t)
    nango.addConnection({ connectionId: CONNECTION, clientId: `${CANARY}-client`, clientSecret: CANARY, tags: { organization_id: CANARY } })
    // An app that rejects events.
    const target = createServer((request, response) => { request.resume().on('end', () => { response.writeHead(503).end(CANARY) }) })
    await new Promise<void>((resolve) => { target.listen(0, '127.0.0.1', resolve) })
    t.teardown(() => { target.close(); target.closeAllConnections() })
    const service = startProcess(t, {
      PORT: '0',
      LOG_LEVEL: 'trace',
      API_KEYS: KEY,
      NANGO_SECRET_KEY: SECRET_KEY,
      NANGO_HOST: nango.url,
      ROLLER_TRANSPORT: transport,
      ROLLER_BASE_URL: roller.url,
      POLL_INTERVAL: '1',
      MAX_WAIT: '0',
      PUBLIC_URL: 'http://127.0.0.1:1',
      ROLLER_WEBHOOK_SECRET: SECRET,
      WEBHOOK_TARGET_URL: `http://127.0.0.1:${(target.address() as AddressInfo).port}/${CANARY}`, // it listens on TCP
      WEBHOOK_TARGET_SECRET: `whsec_${Buffer.alloc(32, 1).toString('base64')}`
    })
    const url = await service.url()
    const call = async (method: string, path: string, body?: object): Promise<number> => {
      const headers = { authorization: `Bearer ${KEY}`, 'connection-id': CONNECTION }
      const json = { headers: { ...headers, 'content-type': 'application/json' }, body: JSON.stringify(body) }
      const result = await fetch(url + path, body === undefined ? { method, headers } : { method, ...json })
      await result.text().catch(() => {})
      return result.status
    }
    const calls = async (): Promise<void> => {
      await call('GET', `/roller/bookings?keywords=${CANARY}`)
      await call('GET', `/roller/bookings/${CANARY}`)
      await call('GET', `/roller/${CANARY}/x?y=${CANARY}`)
      await call('POST', '/roller/giftcards', GUEST)
      await call('GET', `/connections/${CONNECTION}`)
      await call('GET', `/connections/${CONNECTION}/check`)
      await call('POST', `/connections/${CONNECTION}/webhooks`)
      await call('GET', `/connections/${CONNECTION}/webhooks`)
      await call('PATCH', `/connections/${CONNECTION}`, { tags: { [CANARY]: CANARY } })
      await call('POST', '/connect-session/reconnect', { connectionId: CONNECTION })
      await call('POST', `/connections/${CONNECTION}/confirm-venue`, { venueId: CANARY })
    }
    await calls()
    for (const status of [500, 503, 403, 401]) {
      roller.faults.always({ path: /^(?!\/token)/, kind: 'status', status, body: GUEST })
      await calls()
    }
    roller.faults.always({ path: /^(?!\/token)/, kind: 'cut' })
    await call('GET', '/roller/products')
    roller.faults.always({ path: /^(?!\/token)/, kind: 'garbage' })
    await call('GET', '/roller/products')
    roller.faults.always({ path: /^\/token/, kind: 'status', status: 400, body: GUEST })
    await call('POST', '/connections', { clientId: CANARY, clientSecret: CANARY, tags: { a: CANARY } })
    roller.faults.always(null)
    nango.faults.always({ kind: 'status', status: 500, body: GUEST })
    await calls()
    nango.faults.always(null)
    for (const delivery of [message({ id: CANARY, data: GUEST }), message({ data: GUEST }), { [CANARY]: CANARY }, `{"${CANARY}`]) {
      const result = await fetch(`${url}/webhooks/roller/${CONNECTION}`, {
        method: 'POST',
        headers: { 'x-roller-apikey': webhookKey(SECRET, CONNECTION), 'content-type': 'application/json' },
        body: JSON.stringify(delivery)
      })
      t.equal(result.status, 503)
    }
    await call('DELETE', `/connections/${CONNECTION}`)
    await until(() => /was not handled/.test(service.stdout()))
    service.child.kill('SIGTERM')
    await service.exited
    const text = service.stdout() + service.stderr()
    t.match(text, '"connectionId":"', 'lines that name a connection name it by its hash')
    t.match(text, '"upstreamStatus":5')
    const reported = text.split('\n').filter((line) => line.includes(CANARY))
    t.same(reported, [], 'no line holds a canary')
    t.notMatch(text, SECRET_KEY)
  })
}
