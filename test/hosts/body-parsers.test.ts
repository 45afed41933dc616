/** A host with a body parser in front of Fastify (an Express middleware): the bytes are gone before the plugin sees the request. */
import { createHmac } from 'node:crypto'
import middie from '@fastify/middie'
import type { FastifyInstance } from 'fastify'
// @ts-expect-error it has no types of its own
import bodyParser from 'body-parser'
import { test } from '../support/tap.ts'
import { listen, VENUE } from '../support/build.ts'

const SIGNING_KEY = 'signing-key-of-nango'
const BODY = '{"items":[],"notes":"x"}'
const HEADERS = { ...VENUE, 'content-type': 'application/json', 'roller-validation': 'false' }

const withParser = (parser: 'json' | 'raw' | 'text') => async (app: FastifyInstance): Promise<void> => {
  await app.register(middie)
  app.use(bodyParser[parser](parser === 'json' ? {} : { type: '*/*' }))
}

test('a body that was parsed is written again', async (t) => {
  const { url, roller } = await listen(t, { host: withParser('json') })
  for (const path of ['/roller/bookings/draft/costs', '/roller/new-path']) {
    const response = await fetch(url + path, { method: 'POST', headers: HEADERS, body: BODY })
    t.equal(response.headers.get('roller-answered-by'), 'roller', path)
    t.equal(String(roller.requests.at(-1)?.body), BODY, path)
  }
  const chunked = new ReadableStream({ start (controller) { controller.enqueue(Buffer.from(BODY)); controller.close() } })
  await fetch(`${url}/roller/new-path`, { method: 'POST', headers: HEADERS, body: chunked, duplex: 'half' } as RequestInit)
  t.equal(String(roller.requests.at(-1)?.body), BODY, 'chunked')
  const created = await fetch(`${url}/connect-session`, {
    method: 'POST', headers: { 'content-type': 'application/json' }, body: '{"tags":{"organization_id":"a"}}'
  })
  t.equal(created.status, 201)
  t.equal((await fetch(`${url}/connections/none`, { method: 'DELETE', headers: HEADERS })).status, 404, 'a request without a body')
})

test('a body that was read and not kept is an error, and no body is none', async (t) => {
  const { url } = await listen(t, {
    host: async (app) => {
      await app.register(middie)
      app.use((request, _response, next) => { request.resume().once('end', next) })
    }
  })
  const lost = await fetch(`${url}/roller/new-path`, { method: 'POST', headers: HEADERS, body: BODY })
  t.match(await lost.json(), { status: 500, code: 'ROLLER_ERR_INTERNAL', detail: /bytes were not kept/ })
  t.equal((await fetch(`${url}/connections/none`, { method: 'DELETE', headers: HEADERS })).status, 404)
})

test('a body that the parser leaves alone is streamed', async (t) => {
  const { url, roller, log } = await listen(t, { host: withParser('json') })
  const headers = { ...VENUE, 'content-type': 'text/plain' }
  const response = await fetch(`${url}/roller/new-path`, { method: 'POST', headers, body: 'text' })
  t.equal(response.headers.get('roller-answered-by'), 'roller', 'a parser leaves alone what it does not take')
  t.equal(String(roller.requests.at(-1)?.body), 'text')
  t.notMatch(log(), /disconnected/)
})

test('a signature is checked over the bytes, which the parser has to keep', async (t) => {
  const options = { nango: { webhookSigningKeys: [SIGNING_KEY] } }
  const report = JSON.stringify({ type: 'auth', operation: 'refresh', success: true, connectionId: 'none', providerConfigKey: 'roller' })
  const headers = { ...HEADERS, 'x-nango-hmac-sha256': createHmac('sha256', SIGNING_KEY).update(report).digest('hex') }
  const send = async (url: string): Promise<Response> => await fetch(`${url}/webhooks/nango`, { method: 'POST', headers, body: report })
  const parsed = await listen(t, { options, host: withParser('json') })
  t.match(await (await send(parsed.url)).json(), { status: 500, code: 'ROLLER_ERR_INTERNAL', hint: /request\.raw\.body/ })
  for (const parser of ['raw', 'text'] as const) {
    const { url } = await listen(t, { options, host: withParser(parser) })
    t.equal((await send(url)).status, 204, parser)
  }
})
